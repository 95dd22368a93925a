namespace GpuNmf.Sweep;

/// <summary>How one random start of a rank ended.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Loss">Its final loss.</param>
/// <param name="Iterations">Iterations done.</param>
/// <param name="Converged">True when the tolerance was met.</param>
/// <param name="WorstCosine">The smallest cosine of its templates with those of the best start, see <see cref="RankSummary.Stability"/>; null for the
/// best start itself.</param>
/// <param name="Seconds">Wall-clock seconds; what models of a launch share is divided by their ranks.</param>
public readonly record struct RestartSummary(ulong Seed, double Loss, int Iterations, bool Converged, double? WorstCosine, double Seconds)
{
    /// <inheritdoc cref="SweepModel.Objective"/>
    public double Objective { get; init; } = Loss;
}

/// <summary>What the restarts of one rank and divergence have in common.</summary>
public sealed record RankSummary
{
    /// <summary>beta of the divergence.</summary>
    public required double Beta { get; init; }

    /// <summary>Components K.</summary>
    public required int Rank { get; init; }

    /// <summary>Every start in the order of the seeds.</summary>
    public required IReadOnlyList<RestartSummary> Restarts { get; init; }

    /// <summary>Seed of the start with the lowest <see cref="RestartSummary.Objective"/>, of equal ones the first: without penalties that is the loss. A separation with this rank, divergence and seed gives that model, bit for bit.</summary>
    public required ulong BestSeed { get; init; }

    /// <summary>The lowest objective: the loss and the penalties of the best start.</summary>
    public double BestObjective { get; init; }

    /// <summary>Final loss of the best start: without penalties the lowest.</summary>
    public required double BestLoss { get; init; }

    /// <summary>Median of the final losses.</summary>
    public required double MedianLoss { get; init; }

    /// <summary>Highest final loss.</summary>
    public required double WorstLoss { get; init; }

    /// <summary>(highest - best) / best final loss; null where the best is 0.</summary>
    public double? Spread => BestLoss > 0 ? (WorstLoss - BestLoss) / BestLoss : null;

    /// <summary>1 - D(X | W H) / D(X | m 1^T) of the best start, where m is the mean spectrum of X over time: the share of the divergence from a
    /// spectrum that never changes which the model explains. Of all constant spectra the mean has the least divergence, for every beta
    /// (A. Banerjee et al., Clustering with Bregman divergences, JMLR 6, 2005, proposition 1); for beta 2 this is the R^2 of statistics. Null where X does not change.</summary>
    public required double? ExplainedDivergence { get; init; }

    /// <summary>Least over the other starts of their worst cosine: templates of unit norm are matched one-to-one with those of the best start so that
    /// the sum of the cosines is largest, and the smallest of the matched pairs counts. Near 1, every start finds the same components; it
    /// collapses when there are more components than the recording determines. Null with one start, and where the best start's templates are zero.</summary>
    public required double? Stability { get; init; }

    /// <summary>Median over the other starts of their worst cosine: near 1 where <see cref="Stability"/> is not, a minority of the starts went astray.</summary>
    public required double? MedianStability { get; init; }

    /// <summary>Components of the best start whose template is zero everywhere, as penalties make them: the others are all that it found.</summary>
    public int EmptyComponents { get; init; }

    /// <summary>Iterations of all starts.</summary>
    public int Iterations => Restarts.Sum(restart => restart.Iterations);

    /// <summary>Wall-clock seconds of all starts.</summary>
    public double Seconds => Restarts.Sum(restart => restart.Seconds);

    /// <summary>Summarises the models of one rank and divergence.</summary>
    /// <param name="models">At least one, with seeds that follow one another; only their templates are looked at.</param>
    /// <param name="constantDivergence">D(X | m 1^T), see <see cref="ExplainedDivergence"/>; at least 0.</param>
    /// <param name="cancellation">Looked at before each model is compared with the best.</param>
    /// <exception cref="ArgumentException">There is no model, or they are not of one rank and divergence.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was signalled.</exception>
    public static RankSummary Of(IReadOnlyList<SweepModel> models, double constantDivergence, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(models);
        if (models.Count == 0) throw new ArgumentException("There is no model to summarise.", nameof(models));
        SweepKey key = models[0].Key;
        if (models.FirstOrDefault(model => model.Key.Rank != key.Rank || model.Key.Beta != key.Beta) is { } other)
            throw new ArgumentException($"The models are of rank {key.Rank} and beta {key.Beta}, but one is of rank {other.Key.Rank} and beta {other.Key.Beta}.", nameof(models));
        SweepModel best = models.MinBy(model => model.Objective)!;
        bool compares = models.Count > 1 && TemplateMatch.CountEmpty(best.Templates) < key.Rank;
        RestartSummary[] restarts = [.. models.Select(model => new RestartSummary(model.Key.Seed, model.Loss, model.Iterations, model.Converged,
            compares && !ReferenceEquals(model, best) ? WorstCosine(best, model, cancellation) : null, model.Seconds) { Objective = model.Objective })];
        double[] losses = [.. models.Select(model => model.Loss).Order()], cosines = [.. restarts.Select(restart => restart.WorstCosine).OfType<double>().Order()];
        return new RankSummary
        {
            Beta = key.Beta,
            Rank = key.Rank,
            Restarts = restarts,
            BestSeed = best.Key.Seed,
            BestObjective = best.Objective,
            BestLoss = best.Loss,
            MedianLoss = Median(losses),
            WorstLoss = losses[^1],
            ExplainedDivergence = constantDivergence > 0 ? 1 - best.Loss / constantDivergence : null,
            Stability = compares ? cosines[0] : null,
            MedianStability = compares ? Median(cosines) : null,
            EmptyComponents = TemplateMatch.CountEmpty(best.Templates),
        };
    }

    private static double WorstCosine(SweepModel best, SweepModel model, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return TemplateMatch.Cosines(best.Templates, model.Templates).Min();
    }

    private static double Median(double[] sorted) => (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
}
