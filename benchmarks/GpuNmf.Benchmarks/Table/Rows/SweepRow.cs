using System.Globalization;
using System.Text.Json.Nodes;
using GpuNmf.Benchmarks.Stages;
using GpuNmf.Devices;
using GpuNmf.Files;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf;
using GpuNmf.Sweep;
using ILGPU.Runtime;

namespace GpuNmf.Benchmarks.Table.Rows;

/// <summary>
/// A sweep of ranks on the spectrogram of a recording, summaries included, beside the same fits one by one in this process, and beside
/// scikit-learn's from the same starts: plain Kullback-Leibler updates, as many for every model.
/// </summary>
internal static class SweepRow
{
    /// <summary>Final losses of two programs in single precision from the same start, relative; some 1e-6 is usual.</summary>
    private const double AllowedDifference = 1e-4;

    internal static IEnumerable<Row> Measure(Bench bench, int seconds, SweepShape shape, Rounds rounds, Target alone, Target peer)
    {
        using var stage = new TransformStage(bench.Session, new StageShape(seconds, 1).Render());
        stage.Run();
        float[,] x = stage.Download();
        int bins = x.GetLength(1), frames = x.GetLength(0);
        NmfOptions[] problems = [.. shape.Ranks.Select(rank => shape.Options(rank))];
        string what = string.Create(CultureInfo.InvariantCulture, $"sweep of ranks {shape.Ranks[0]}..{shape.Ranks[^1]}, {shape.Restarts} starts, {shape.Iterations} KL iterations, {bins} x {frames}");
        IReadOnlyList<RankSummary> summaries = [];
        double Sweep() => WithCopy(bench.Session, stage.Magnitudes, copy =>
            Contest.Time(() => summaries = ModelSweep.Run(bench.Session, copy, bins, frames, problems, null, null, CancellationToken.None)));
        double Singles() => problems.Sum(problem => Enumerable.Range(0, shape.Restarts).Sum(i => WithCopy(bench.Session, stage.Magnitudes, copy =>
            Contest.Time(() => RequireSame(summaries, Single(bench.Session, copy, bins, frames, problem with { Restarts = 1, Seed = problem.Seed + (ulong)i }), problem.Rank, i)))));
        Sweep();
        Singles();
        var (ours, singles) = Contest.Run(rounds, Sweep, samples => [.. Enumerable.Range(0, samples).Select(_ => Singles())]);
        yield return new Row($"{what}, beside single fits", "ms") { Ours = ours, Theirs = singles, Peer = "gpunmf", Difference = 0, Target = alone };
        yield return BesidePeer(bench, x, shape, what, rounds, Sweep, () => summaries) with { Target = peer };
    }

    private static Row BesidePeer(Bench bench, float[,] x, SweepShape shape, string what, Rounds rounds, Func<double> sweep, Func<IReadOnlyList<RankSummary>> summaries)
    {
        WriteStarts(bench, x, shape);
        var row = new Row($"{what}, beside scikit-learn", "ms") { Ours = [] };
        try
        {
            using var peer = Peer.Start("nmf_sweep.py", bench.Folder, shape.Iterations.ToString(CultureInfo.InvariantCulture));
            double difference = Difference(summaries(), peer.Ready["losses"]!.AsArray());
            var (ours, theirs) = Contest.Run(rounds with { Theirs = 1 }, sweep, peer.Turn);
            return row with { Ours = ours, Theirs = theirs, Peer = peer.Program, PeerDetails = peer.Ready, Difference = difference };
        }
        catch (PeerMissingException missing)
        {
            return row with { Note = missing.Message, Ours = [sweep()] };
        }
    }

    /// <summary>The starts that the seeds give, for the peer: sweep-x.npy and, of each model, sweep-w-N.npy and sweep-h-N.npy.</summary>
    private static void WriteStarts(Bench bench, float[,] x, SweepShape shape)
    {
        double mean = 0;
        foreach (float value in x) mean += value;
        mean /= x.Length;
        NpyFile.Write(bench.File("sweep-x.npy"), x);
        int n = 0;
        foreach (int rank in shape.Ranks)
        {
            for (int i = 0; i < shape.Restarts; i++, n++)
            {
                string name = n.ToString(CultureInfo.InvariantCulture);
                NpyFile.Write(bench.File($"sweep-w-{name}.npy"), RandomStart.Templates(x.GetLength(1), rank, mean, (ulong)i));
                NpyFile.Write(bench.File($"sweep-h-{name}.npy"), RandomStart.Activations(x.GetLength(0), rank, mean, (ulong)i));
            }
        }
    }

    private static double Difference(IReadOnlyList<RankSummary> summaries, JsonArray theirs)
    {
        double[] ours = [.. summaries.SelectMany(summary => summary.Restarts).Select(restart => restart.Loss)];
        if (ours.Length != theirs.Count) throw new InvalidOperationException($"There are {ours.Length} losses here and {theirs.Count} there.");
        double worst = ours.Select((loss, i) => Math.Abs(loss - theirs[i]!.GetValue<double>()) / loss).Max();
        if (!(worst <= AllowedDifference)) throw new InvalidOperationException($"The losses are {worst:E1} apart and {AllowedDifference:E1} is allowed; a wrong result is not timed.");
        return worst;
    }

    private static void RequireSame(IReadOnlyList<RankSummary> summaries, NmfFit fit, int rank, int restart)
    {
        double loss = summaries.Single(summary => summary.Rank == rank).Restarts[restart].Loss;
        if (loss != fit.LossTrace[^1].Loss) throw new InvalidOperationException($"Rank {rank}, start {restart}: the loss is {loss:R} in the sweep and {fit.LossTrace[^1].Loss:R} alone.");
    }

    private static NmfFit Single(DeviceSession session, DeviceBuffer<float> x, int bins, int frames, NmfOptions options)
    {
        using var factorizer = new Factorizer(session, NmfGeometry.Of(bins, frames, options.Rank, session.Form), options);
        return factorizer.Run(x, null, CancellationToken.None);
    }

    /// <summary>The copy of X, which a fit scales in place, is not timed.</summary>
    private static double WithCopy(DeviceSession session, DeviceBuffer<float> x, Func<DeviceBuffer<float>, double> run)
    {
        using var copy = session.Allocate<float>(x.Length);
        copy.View.CopyFrom(session.Stream, x.View);
        session.Synchronize();
        return run(copy);
    }
}

/// <summary>What a sweep goes over.</summary>
/// <param name="Ranks">Numbers of components.</param>
/// <param name="Restarts">Starts of each, with seeds from 0 on.</param>
/// <param name="Iterations">Iterations of every model.</param>
internal sealed record SweepShape(IReadOnlyList<int> Ranks, int Restarts, int Iterations)
{
    internal NmfOptions Options(int rank) => new()
    {
        Rank = rank,
        Restarts = Restarts,
        Solver = NmfSolver.MultiplicativeUpdate,
        MaxIterations = Iterations,
        Tolerance = 0,
    };
}
