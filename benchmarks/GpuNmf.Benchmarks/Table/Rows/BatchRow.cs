using GpuNmf.Benchmarks.Iterations;
using GpuNmf.Devices;
using GpuNmf.Kernels;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf;

namespace GpuNmf.Benchmarks.Table.Rows;

/// <summary>An iteration of several models that share X, beside this program itself without a batch.</summary>
internal static class BatchRow
{
    /// <summary>Beside one model of a recording as many times as long.</summary>
    internal static Row BesideOneLongClip(Bench bench, IterationShape shape, double beta, int models, Rounds rounds, Target? target)
    {
        var longer = shape with { Frames = models * shape.Frames };
        using var one = new SteppedFactorization(bench.Session, new IterationProblem(longer, beta));
        return Measure(bench, shape, beta, models, rounds, $"one model, {models * shape.Frames} frames", () => IterationRow.Step(one)) with { Target = target };
    }

    /// <summary>Beside as many calls of one model, one after another.</summary>
    internal static Row BesideSingleCalls(Bench bench, IterationShape shape, double beta, int models, Rounds rounds, Target? target)
    {
        using var one = new SteppedFactorization(bench.Session, new IterationProblem(shape, beta));
        return Measure(bench, shape, beta, models, rounds, $"{models} calls", () => Enumerable.Range(0, models).Sum(_ => IterationRow.Step(one))) with { Target = target };
    }

    /// <summary>Whole factorisations of several divergences and seeds that share X, beside as many calls; loading kernels is part of both.</summary>
    internal static Row OfDivergences(Bench bench, IterationShape shape, IReadOnlyList<double> betas, int seeds, int iterations, Rounds rounds, Target? target)
    {
        NmfOptions[] problems = [.. betas.Select(beta => new IterationProblem(shape, beta).RandomStarts(iterations, seeds))];
        NmfFit[][] together = [];
        var alone = new Dictionary<(int Problem, int Seed), NmfFit>();
        double difference = 0;
        double Together()
        {
            using var x = new IterationProblem(shape, betas[0]).Upload(bench.Session);
            return Contest.Time(() => together = MixedBatch.Run(bench.Session, x, shape.Bins, shape.Frames, problems, null, CancellationToken.None));
        }
        double Alone() => Enumerable.Range(0, problems.Length).Sum(i => Enumerable.Range(0, seeds).Sum(seed =>
        {
            var problem = new IterationProblem(shape, betas[i]);
            using var x = problem.Upload(bench.Session);
            return Contest.Time(() =>
            {
                var options = problems[i] with { Restarts = 1, Seed = problems[i].Seed + (ulong)seed };
                using var factorizer = new Factorizer(bench.Session, problem.Geometry(bench.Session), options);
                alone[(i, seed)] = factorizer.Run(x, null, CancellationToken.None);
            });
        }));
        Together();
        Alone();
        for (int i = 0; i < problems.Length; i++)
            for (int seed = 0; seed < seeds; seed++)
                difference = Math.Max(difference, Compare($"{problems.Length} divergences, {shape}", together[i][seed], alone[(i, seed)]));
        var (ours, theirs) = Contest.Run(rounds, Together, samples => [.. Enumerable.Range(0, samples).Select(_ => Alone())]);
        int models = problems.Length * seeds;
        return new Row($"{models} models of {problems.Length} divergences at once, {iterations} iterations, {shape}, beside {models} calls", "ms")
        {
            Ours = ours,
            Theirs = theirs,
            Peer = "gpunmf",
            Difference = difference,
            Target = target,
        };
    }

    private static Row Measure(Bench bench, IterationShape shape, double beta, int models, Rounds rounds, string without, Func<double> other)
    {
        var problem = new IterationProblem(shape, beta);
        var row = new Row($"{models} models at once, {IterationRow.NameOf(beta)}, {shape}, beside {without}", "ms") { Ours = [], Peer = "gpunmf", Difference = Compare(bench.Session, problem, models) };
        using var batch = new SteppedFactorization(bench.Session, problem, models);
        var (ours, theirs) = Contest.Run(rounds, () => IterationRow.Step(batch), samples => [.. Enumerable.Range(0, samples).Select(_ => other())]);
        var geometry = problem.Geometry(bench.Session);
        return row.With(CostOf(geometry, beta, models), bench.Peaks, 4.0 * geometry.Rows * geometry.Pitch) with { Ours = ours, Theirs = theirs };
    }

    /// <summary>The models share one X; everything else is done once for each of them.</summary>
    private static Cost CostOf(NmfGeometry geometry, double beta, int models)
    {
        var one = IterationRow.CostOf(geometry, beta);
        return models * one + new Cost(-(models - 1) * KernelCost.OfX(geometry, beta, PassKind.Inner).Bytes, 0);
    }

    /// <summary>The last model of the batch beside the same start alone; they have the same bits.</summary>
    private static double Compare(DeviceSession session, IterationProblem problem, int models)
    {
        NmfModel[] starts = [.. NmfModel.Of(problem.RandomStarts(IterationRow.CheckedIterations, models))];
        NmfFit together = Fit(session, problem, starts)[^1], alone = Fit(session, problem, [starts[^1]])[0];
        return Compare($"{models} models, {problem.Shape}", together, alone);
    }

    private static double Compare(string what, NmfFit together, NmfFit alone) => Math.Max(
        Difference.Require(what + ", W", together.Templates, alone.Templates, 0), Difference.Require(what + ", H", together.Activations, alone.Activations, 0));

    private static NmfFit[] Fit(DeviceSession session, IterationProblem problem, NmfModel[] models)
    {
        using var x = problem.Upload(session);
        using var factorizer = new Factorizer(session, problem.Geometry(session), problem.Options(IterationRow.CheckedIterations), models.Length);
        return factorizer.Run(x, models, null, CancellationToken.None);
    }
}
