using System.Diagnostics;
using System.Globalization;
using GpuNmf.Benchmarks.Iterations;
using GpuNmf.Devices;
using GpuNmf.Files;
using GpuNmf.Kernels;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf;

namespace GpuNmf.Benchmarks.Table.Rows;

/// <summary>One iteration of one shape, divergence and solver, beside each of some peers.</summary>
internal static class IterationRow
{
    /// <summary>Iterations after which both programs' factors are compared.</summary>
    internal const int CheckedIterations = 3;

    /// <summary>Both sum in single precision, in different orders; 1e-5 is seen at 51,680 frames.</summary>
    private const double Allowed = 1e-4;

    /// <param name="bench">Device and folder.</param>
    /// <param name="problem">Size, divergence and solver.</param>
    /// <param name="rounds">Turns.</param>
    /// <param name="peers">Scripts with their own arguments, a row each; they are given the folder, beta (or cd) and the iterations of the check.</param>
    internal static IEnumerable<Row> Measure(Bench bench, IterationProblem problem, Rounds rounds, params IReadOnlyList<IterationPeer> peers)
    {
        var fit = Fit(bench.Session, problem);
        if (peers.Count > 0) problem.Write(bench.Folder);
        // Without a peer, a GPU is compared with the CPU, which is compared with a peer in a table of its own.
        var onCpu = new Lazy<double?>(() => bench.Session.Form == KernelForm.Tile ? CompareWithCpu(problem, fit) : null);
        using var steps = new SteppedFactorization(bench.Session, problem);
        foreach (var peer in peers.DefaultIfEmpty(null)) yield return Against(bench, problem, fit, onCpu, steps, rounds, peer);
    }

    /// <summary>Bytes and flops of one multiplicative iteration: a pass and a step of the templates.</summary>
    internal static Cost CostOf(NmfGeometry geometry, double beta) =>
        KernelCost.Pass(geometry, beta, PassKind.Inner) + KernelCost.TemplateStep(geometry, beta);

    /// <summary>What is iterated, for the name of a row.</summary>
    internal static string NameOf(IterationProblem problem) => Descends(problem) ? "coordinate descent" : NameOf(problem.Beta);

    internal static string NameOf(double beta) => beta switch
    {
        1 => "KL",
        2 => "Frobenius",
        0 => "Itakura-Saito",
        _ => string.Create(CultureInfo.InvariantCulture, $"beta {beta}"),
    };

    internal static double Step(SteppedFactorization steps)
    {
        long start = Stopwatch.GetTimestamp();
        steps.Step();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds / SteppedFactorization.IterationsOfAStep;
    }

    private static Row Against(Bench bench, IterationProblem problem, NmfFit fit, Lazy<double?> onCpu, SteppedFactorization steps, Rounds rounds, IterationPeer? with)
    {
        var geometry = problem.Geometry(bench.Session);
        var row = new Row($"iteration, {NameOf(problem)}, {problem.Shape}", "ms") { Ours = [], Target = with?.Target }
            .With(Descends(problem) ? KernelCost.DescentIteration(geometry) : CostOf(geometry, problem.Beta), bench.Peaks, 4.0 * geometry.Rows * geometry.Pitch);
        Peer? peer = null;
        try
        {
            if (with is not null)
            {
                string rule = Descends(problem) ? "cd" : problem.Beta.ToString(CultureInfo.InvariantCulture);
                peer = Peer.Start(with.Script, [bench.Folder, rule, CheckedIterations.ToString(CultureInfo.InvariantCulture), .. with.Arguments]);
                row = row with { Peer = peer.Program, PeerDetails = peer.Ready, Difference = CompareWithPeer(row.What, bench, fit) };
            }
            else
            {
                row = row with { Difference = onCpu.Value };
            }
            var (ours, theirs) = Contest.Run(rounds, () => Step(steps), peer is null ? null : peer.Turn);
            return row with { Ours = ours, Theirs = theirs };
        }
        catch (PeerMissingException missing)
        {
            row = row with { Difference = onCpu.Value, Note = missing.Message };
            return row with { Ours = Contest.Run(rounds, () => Step(steps), null).Ours };
        }
        finally
        {
            peer?.Dispose();
        }
    }

    private static bool Descends(IterationProblem problem) => problem.Solver == NmfSolver.CoordinateDescent;

    private static double CompareWithPeer(string what, Bench bench, NmfFit fit) =>
        Compare(what, fit, NpyFile.Read(bench.File("their-w.npy")), NpyFile.Read(bench.File("their-h.npy")));

    private static double? CompareWithCpu(IterationProblem problem, NmfFit fit)
    {
        using var cpu = DeviceSession.Open(DeviceRequest.Cpu);
        var want = Fit(cpu, problem);
        return Compare($"{problem.Shape} on the CPU", fit, want.Templates, want.Activations);
    }

    private static double Compare(string what, NmfFit fit, float[,] templates, float[,] activations) => Math.Max(
        Difference.Require(what + ", W", fit.Templates, templates, Allowed), Difference.Require(what + ", H", fit.Activations, activations, Allowed));

    /// <summary>The first iterations, as the check compares them.</summary>
    internal static NmfFit Fit(DeviceSession session, IterationProblem problem)
    {
        using var x = problem.Upload(session);
        using var factorizer = new Factorizer(session, problem.Geometry(session), problem.Options(CheckedIterations));
        return factorizer.Run(x, null, CancellationToken.None);
    }
}

/// <summary>A script that does iterations.</summary>
/// <param name="Script">File of the folder peers.</param>
/// <param name="Target">What shall be reached against it, or without it.</param>
/// <param name="Arguments">Its own arguments.</param>
internal sealed record IterationPeer(string Script, Target? Target, params IReadOnlyList<string> Arguments);
