using GpuNmf.Benchmarks.Iterations;
using GpuNmf.Benchmarks.Stages;
using GpuNmf.Benchmarks.Table.Rows;
using GpuNmf.Nmf;

namespace GpuNmf.Benchmarks.Table;

/// <summary>One or more rows that are measured together.</summary>
/// <param name="Name">For progress, and for the list of what was cut.</param>
/// <param name="Measure">Measures them.</param>
internal sealed record Step(string Name, Func<IEnumerable<Row>> Measure);

/// <summary>The rows of the two tables, in the order of their worth.</summary>
internal static class Suite
{
    private const int Bins = 1025;

    /// <summary>Recording of the GPU's targets: an hour.</summary>
    private const int TargetSeconds = 3600;

    /// <summary>Models of a batch: as many starts as one would try.</summary>
    private const int Models = 8;

    private const double KullbackLeibler = 1, Frobenius = 2, ItakuraSaito = 0, Half = 0.5;

    private static readonly double[] s_betas = [KullbackLeibler, Frobenius, ItakuraSaito, Half];

    /// <summary>Frames of a recording at 44.1 kHz, hop 512, centred.</summary>
    private static int FramesOf(int seconds) => (int)(1 + seconds * 44_100L / 512);

    private static IterationShape Shape(int seconds, int rank) => new(Bins, FramesOf(seconds), rank);

    /// <summary>Beside scikit-learn, librosa's transform in NumPy, and the whole script.</summary>
    internal static IEnumerable<Step> Cpu(Bench bench)
    {
        foreach (int rank in (int[])[8, 32, 64])
            foreach (double beta in s_betas)
                yield return Iteration(bench, Shape(30, rank), beta, bench.Rounds(20, 5), [ScikitLearn(CpuTarget(rank, beta), 5)]);
        foreach (int rank in (int[])[8, 32])
            yield return Iteration(bench, new IterationProblem(Shape(30, rank), Frobenius, NmfSolver.CoordinateDescent), bench.Rounds(20, 5), [ScikitLearn(null, 5)]);
        foreach (double beta in bench.Quick ? [KullbackLeibler] : s_betas)
        {
            var target = beta == KullbackLeibler ? Target.Times(15) : null;
            yield return Iteration(bench, Shape(600, 8), beta, bench.Rounds(5, 3), [ScikitLearn(target, 1)]);
        }
        foreach (double beta in (double[])[KullbackLeibler, Frobenius])
            yield return new Step($"{Models} models", () => [BatchRow.BesideOneLongClip(bench, Shape(bench.Quick ? 3 : 30, 8), beta, Models, bench.Rounds(10, 2), Target.Within(1.15))]);
        yield return new Step($"{Models} models of a short clip", () => [BatchRow.BesideSingleCalls(bench, Shape(3, 8), KullbackLeibler, Models, bench.Rounds(20, 5), Target.Times(1))]);
        yield return new Step($"{Models} models of {s_betas.Length} divergences", () => [BatchRow.OfDivergences(bench, Shape(3, 8), s_betas, Models / s_betas.Length, 100, bench.Rounds(3, 3), Target.Times(1))]);
        yield return new Step("sweep", () => SweepRow.Measure(bench, bench.Quick ? 3 : 30, new SweepShape([.. Enumerable.Range(2, 15)], 2, 10), bench.Rounds(3, 2), Target.Times(1), Target.Times(1 / 0.15)));
        yield return new Step("time to a loss", () => [LossRow.Measure(bench, 30, bench.Quick ? 30 : 200, bench.Rounds(3, 1), Target.Times(10))]);
        yield return new Step("STFT", () => [StageRows.Transform(bench, new StageShape(60, 2), bench.Rounds(5, 2), "stft.py", null)]);
        yield return new Step("stems", () => [StageRows.Stems(bench, new StageShape(30, 2), 8, bench.Rounds(3, 1), "stems.py", null)]);
        yield return new Step("condition", () => [StageRows.Condition(bench, Bins, FramesOf(600), bench.Rounds(10, 1))]);
        foreach (double beta in s_betas)
            yield return new Step("kernels of an iteration", () => KernelRows.Update(bench, Shape(bench.Quick ? 30 : 600, 8), beta, bench.Rounds(5, 2)));
        yield return new Step("kernels of an iteration", () => KernelRows.Update(bench, Shape(bench.Quick ? 30 : 600, 64), KullbackLeibler, bench.Rounds(3, 2)));
        yield return new Step("kernels of the stems", () => KernelRows.Stems(bench, new StageShape(30, 2), 8, bench.Rounds(3, 1)));
        yield return new Step("whole program", () => WholeProgramRows.Measure(bench, bench.Quick ? 10 : WholeProgramRows.Seconds, bench.Quick ? 1 : 5));
    }

    /// <summary>Beside PyTorch, eager and compiled.</summary>
    /// <param name="bench">Device and folder.</param>
    /// <param name="seconds">Length of the recording; the targets are for 3600.</param>
    internal static IEnumerable<Step> Gpu(Bench bench, int seconds)
    {
        double readSeconds = 4.0 * Bins * FramesOf(seconds) / bench.Peaks.For(4.0 * Bins * FramesOf(seconds)).Copy;
        yield return new Step("KL, rank 8", () => WithReading(
            IterationRow.Measure(bench, new IterationProblem(Shape(seconds, 8), KullbackLeibler), bench.Rounds(10, 5), Torch(Target.Times(8), "eager"), Torch(Target.Times(3), "compile")),
            Target.WithinReading(1.35, readSeconds)));
        yield return Iteration(bench, new IterationShape(Bins, FramesOf(60), 88), KullbackLeibler, bench.Rounds(20, 5), [Torch(null, "eager")], Target.Under(1.31, "ms"));
        yield return new Step("samples to stems", () => [HourRow.Measure(bench, seconds, bench.Quick ? 1 : 3, seconds == TargetSeconds ? Target.Under(3, "s") : null)]);
        foreach (var (rank, share) in ((int, double)[])[(16, 0.55), (32, 0.60), (64, 0.60)])
            yield return Iteration(bench, Shape(seconds, rank), KullbackLeibler, bench.Rounds(5, 2), [], Target.ShareOfPeak(share));
        yield return new Step("STFT", () => [StageRows.Transform(bench, new StageShape(seconds, 1), bench.Rounds(5, 5), "torch_stft.py", Target.Within(1.3))]);
        foreach (double beta in (double[])[Frobenius, ItakuraSaito, Half])
            yield return Iteration(bench, Shape(seconds, 8), beta, bench.Rounds(5, 2), [Torch(null, "eager"), Torch(null, "compile")]);
        foreach (double beta in s_betas)
            yield return Iteration(bench, Shape(30, 8), beta, bench.Rounds(10, 10), [Torch(null, "eager"), Torch(null, "compile")]);
        yield return new Step($"{Models} models", () => [BatchRow.BesideOneLongClip(bench, Shape(30, 8), KullbackLeibler, Models, bench.Rounds(10, 5), Target.Within(1.15))]);
        yield return new Step($"{Models} models of a short clip", () => [BatchRow.BesideSingleCalls(bench, Shape(3, 8), KullbackLeibler, Models, bench.Rounds(10, 5), Target.Times(1))]);
        yield return new Step($"{Models} models of {s_betas.Length} divergences", () => [BatchRow.OfDivergences(bench, Shape(3, 8), s_betas, Models / s_betas.Length, 100, bench.Rounds(3, 3), Target.Times(1))]);
        yield return new Step("stems", () => [StageRows.Stems(bench, new StageShape(Math.Min(seconds, 600), 2), 8, bench.Rounds(3, 1), null, null)]);
        yield return new Step("condition", () => [StageRows.Condition(bench, Bins, FramesOf(seconds), bench.Rounds(10, 1))]);
        foreach (int rank in (int[])[8, 64])
            yield return new Step("kernels of an iteration", () => KernelRows.Update(bench, Shape(seconds, rank), KullbackLeibler, bench.Rounds(5, 5)));
        yield return new Step("kernels of the stems", () => KernelRows.Stems(bench, new StageShape(Math.Min(seconds, 600), 2), 8, bench.Rounds(3, 1)));
    }

    private static Step Iteration(Bench bench, IterationShape shape, double beta, Rounds rounds, IReadOnlyList<IterationPeer> peers, Target? target = null) =>
        Iteration(bench, new IterationProblem(shape, beta), rounds, peers, target);

    private static Step Iteration(Bench bench, IterationProblem problem, Rounds rounds, IReadOnlyList<IterationPeer> peers, Target? target = null) =>
        new($"{IterationRow.NameOf(problem)}, {problem.Shape}", () =>
        {
            var rows = IterationRow.Measure(bench, problem, rounds, peers);
            return target is null ? rows : rows.Select(row => row with { Target = row.Target ?? target });
        });

    /// <summary>The first row once more without its peer, for a target that has none.</summary>
    private static IEnumerable<Row> WithReading(IEnumerable<Row> rows, Target target)
    {
        bool first = true;
        foreach (var row in rows)
        {
            if (first) yield return row with { Peer = null, PeerDetails = null, Theirs = [], Difference = null, Note = null, Target = target };
            first = false;
            yield return row;
        }
    }

    private static IterationPeer ScikitLearn(Target? target, int iterationsOfASample) =>
        new("nmf_iteration.py", target, iterationsOfASample.ToString(System.Globalization.CultureInfo.InvariantCulture));

    private static IterationPeer Torch(Target? target, string mode) => new("torch_nmf.py", target, mode);

    private static Target? CpuTarget(int rank, double beta) => (rank, beta) switch
    {
        (8, KullbackLeibler) => Target.Times(6),
        (32, KullbackLeibler) => Target.Times(3),
        (8, ItakuraSaito) => Target.Times(6),
        (8, Half) => Target.Times(8),
        (8, Frobenius) => Target.Times(3),
        (64, Frobenius) => Target.Times(1),
        _ => null,
    };
}
