using System.Diagnostics;
using System.Globalization;
using GpuNmf.Benchmarks.Stages;
using GpuNmf.Devices;
using GpuNmf.Files;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf;
using ILGPU.Runtime;

namespace GpuNmf.Benchmarks.Table.Rows;

/// <summary>
/// Time until the loss is what scikit-learn has after some iterations from the same start, by this program's default solver; on the
/// spectrogram of a recording, since it depends on the data.
/// </summary>
internal static class LossRow
{
    private const int Rank = 8;
    private const double KullbackLeibler = 1;

    internal static Row Measure(Bench bench, int seconds, int theirIterations, Rounds rounds, Target? target)
    {
        using var stage = new TransformStage(bench.Session, new StageShape(seconds, 1).Render());
        stage.Run();
        var x = stage.Download();
        var problem = Problem.From(x);
        NpyFile.Write(bench.File("start-x.npy"), x);
        NpyFile.Write(bench.File("start-w.npy"), problem.Templates);
        NpyFile.Write(bench.File("start-h.npy"), problem.Activations);
        string what = string.Create(CultureInfo.InvariantCulture,
            $"to scikit-learn's KL loss after {theirIterations} iterations, {x.GetLength(1)} x {x.GetLength(0)}, K {Rank}");
        var row = new Row(what, "ms") { Ours = [], Target = target };
        try
        {
            using var peer = Peer.Start("nmf_loss.py", bench.Folder, theirIterations.ToString(CultureInfo.InvariantCulture));
            double loss = peer.Ready["loss"]!.GetValue<double>();
            var (iterations, reached) = FirstBelow(bench.Session, stage.Magnitudes, problem, loss, 4 * theirIterations);
            var (ours, theirs) = Contest.Run(rounds, () => Fit(bench.Session, stage.Magnitudes, problem.Options(iterations)).Milliseconds, peer.Turn);
            return row with
            {
                Ours = ours,
                Theirs = theirs,
                Peer = peer.Program,
                PeerDetails = peer.Ready,
                Note = string.Create(CultureInfo.InvariantCulture, $"{new NmfOptions().Solver}: {iterations} iterations to a loss of {reached:G7}; theirs is {loss:G7}"),
            };
        }
        catch (PeerMissingException missing)
        {
            return row with { Note = missing.Message, Ours = [Fit(bench.Session, stage.Magnitudes, problem.Options(theirIterations)).Milliseconds] };
        }
    }

    /// <summary>The first iteration, of those whose loss is known (every 10th), with a loss as low as asked.</summary>
    private static (int Iterations, double Loss) FirstBelow(DeviceSession session, DeviceBuffer<float> x, Problem problem, double loss, int most)
    {
        var trace = Fit(session, x, problem.Options(most)).Fit.LossTrace;
        foreach (var point in trace)
            if (point.Loss <= loss && point.Iteration > 0)
                return (point.Iteration, point.Loss);
        throw new InvalidOperationException($"The loss is {trace[^1].Loss} after {most} iterations and never reaches {loss}.");
    }

    /// <summary>A whole fit from start to factors on the host; the copy of X, which a fit scales in place, is not timed.</summary>
    private static (NmfFit Fit, double Milliseconds) Fit(DeviceSession session, DeviceBuffer<float> x, NmfOptions options)
    {
        using var copy = session.Allocate<float>(x.Length);
        copy.View.CopyFrom(session.Stream, x.View);
        session.Synchronize();
        int bins = options.InitialTemplates!.GetLength(0), frames = options.InitialActivations!.GetLength(1);
        using var factorizer = new Factorizer(session, NmfGeometry.Of(bins, frames, options.Rank, session.Form), options);
        long start = Stopwatch.GetTimestamp();
        var fit = factorizer.Run(copy, null, CancellationToken.None);
        return (fit, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }

    /// <summary>The start of both programs.</summary>
    private sealed record Problem(float[,] Templates, float[,] Activations)
    {
        internal static Problem From(float[,] x)
        {
            double sum = 0;
            foreach (float value in x) sum += value;
            double mean = sum / x.Length;
            return new Problem(RandomStart.Templates(x.GetLength(1), Rank, mean, 0), RandomStart.Activations(x.GetLength(0), Rank, mean, 0));
        }

        /// <summary>The default solver.</summary>
        internal NmfOptions Options(int iterations) => new()
        {
            Rank = Rank,
            Beta = KullbackLeibler,
            MaxIterations = iterations,
            Tolerance = 0,
            InitialTemplates = Templates,
            InitialActivations = Activations,
        };
    }
}
