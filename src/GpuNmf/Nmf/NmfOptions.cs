namespace GpuNmf.Nmf;

/// <summary>The update rule.</summary>
public enum NmfSolver
{
    /// <summary>Plain multiplicative updates, templates first, as scikit-learn's <c>solver='mu'</c> (Févotte and Idier 2011).</summary>
    MultiplicativeUpdate,

    /// <summary>The same from factors that are moved on before each update (block majorization-minimization with extrapolation; Hien, Leplat and
    /// Gillis 2024): about half the iterations to the same loss at no extra pass. The loss may rise for a while; when it is seen to, the
    /// momentum starts again.</summary>
    ExtrapolatedMultiplicativeUpdate,

    /// <summary>Coordinate descent (HALS), one entry after another to its best value: beta 2 only, as scikit-learn's <c>solver='cd'</c> (Cichocki and Phan 2009). It stops when the
    /// sum of the projected gradients is <see cref="NmfOptions.Tolerance"/> of that of the first iteration, looked at after each.</summary>
    CoordinateDescent,
}

/// <summary>The exponent of the multiplicative ratio.</summary>
public enum UpdateExponent
{
    /// <summary>gamma(beta) of Févotte and Idier (2011, eq. 4.4): 1/(2-beta) below 1, 1 in 1..2, 1/(beta-1) above. The loss never rises but by rounding.</summary>
    MajorizationMinimization,

    /// <summary>1. Allowed with plain updates and 0 &lt;= beta &lt; 1 only; often needs fewer iterations, but is erratic with extrapolation.</summary>
    Fast,
}

/// <summary>What is minimised, how, from where, and when to stop.</summary>
public sealed record NmfOptions
{
    /// <summary>Starts at most.</summary>
    internal const int MostRestarts = 1024;

    /// <summary>Number of components K, 1..256.</summary>
    public int Rank { get; init; } = 8;

    /// <summary>beta of the beta-divergence, -1..4: 2 is half the squared Frobenius norm, 1 Kullback-Leibler (default), 0 Itakura-Saito.</summary>
    public double Beta { get; init; } = 1;

    /// <summary>The update rule.</summary>
    public NmfSolver Solver { get; init; } = NmfSolver.ExtrapolatedMultiplicativeUpdate;

    /// <summary>Coordinate descent only: the components of every sweep come in an order of their own, from <see cref="Seed"/>; scikit-learn's <c>shuffle</c>.</summary>
    public bool Shuffle { get; init; }

    /// <summary>The exponent of the ratio.</summary>
    public UpdateExponent Exponent { get; init; } = UpdateExponent.MajorizationMinimization;

    /// <summary>Iterations at most, 1..1,000,000.</summary>
    public int MaxIterations { get; init; } = 200;

    /// <summary>Multiplicative solvers: stop when, over 10 iterations, sqrt(2 D) falls by less than this share of its value at the start, where D is the loss and the penalties. 0 never stops early.
    /// At least 0 and below 1.</summary>
    public double Tolerance { get; init; } = 1e-4;

    /// <summary>Where it starts from, unless <see cref="InitialTemplates"/> or <see cref="InitialActivations"/> say so; then it must be
    /// <see cref="NmfInitialization.Random"/>, which is what the other one is.</summary>
    public NmfInitialization Initialization { get; init; } = NmfInitialization.Random;

    /// <summary>Seed of what the start leaves to chance; the same on every device.</summary>
    public ulong Seed { get; init; }

    /// <summary>How many random starts, 1..1024: seeds <see cref="Seed"/>, Seed + 1, ... share one spectrogram, and the one with the lowest objective (the loss, and the penalties if there are any) is kept.
    /// More than 1 needs a start that leaves something to chance: <see cref="NmfInitialization.Nndsvd"/> and <see cref="NmfInitialization.NndsvdA"/> do not.</summary>
    public int Restarts { get; init; } = 1;

    /// <summary>Weight of the templates' penalty, at least 0, as scikit-learn's <c>alpha_W</c>: alpha T (r sum W + (1 - r) / 2 sum W^2) is added to the divergence,
    /// with T frames (columns of X) and r <see cref="L1Ratio"/>. The sum is the objective, which <see cref="Tolerance"/>, the momentum and the choice among
    /// restarts look at; losses, and <see cref="TargetLoss"/>, are without penalties.</summary>
    public double AlphaTemplates { get; init; }

    /// <summary>Weight of the activations' penalty, at least 0, as scikit-learn's <c>alpha_H</c>: alpha F (r sum H + (1 - r) / 2 sum H^2) is added, with F bins.
    /// Null is <see cref="AlphaTemplates"/>, scikit-learn's <c>'same'</c>.</summary>
    /// <remarks>
    /// Sums of the activations alone (<see cref="AlphaTemplates"/> 0, <see cref="L1Ratio"/> 1) would cost nothing: smaller activations of larger templates are the same W H. Then alpha F sum_k |w_k| sum h_k is
    /// added, with |w_k| the Euclidean norm: what the sum of H costs when every template has unit norm, which those that are not fixed have in the result; fixed ones keep their scale, which does not matter either. (Le Roux, Weninger and Hershey 2015; in
    /// this form, without the constraint, Marmin, Goulart and Févotte 2023.) With <see cref="L1Ratio"/> below 1 the penalty is scikit-learn's, which larger templates evade: take a penalty on both factors then.
    /// </remarks>
    public double? AlphaActivations { get; init; }

    /// <summary>r, the share of the sums in both penalties, 0..1; the rest weighs squares.</summary>
    public double L1Ratio { get; init; }

    /// <summary>Stop when the loss, seen every 10 iterations, is at most this, in the units of <see cref="LossPoint.Loss"/>; null never does. At least 0.</summary>
    public double? TargetLoss { get; init; }

    /// <summary>Stop when the factorisation, all its starts together, has taken this long, looked at every 10 iterations; null never does. Above zero. The result then depends on how fast the device is.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Templates that stay as they are, bins x D with D in 1..<see cref="Rank"/>, finite and not negative: they are the first D components, and the
    /// order of all components is kept. Only their activations are sought. Null for none.</summary>
    public float[,]? FixedTemplates { get; init; }

    /// <summary>Iterations at the end in which <see cref="FixedTemplates"/> are updated too, so that they adapt to the recording; 0 keeps them. At most 1,000,000; they come on top of <see cref="MaxIterations"/>, and no rule stops them early.</summary>
    public int AdaptIterations { get; init; }

    /// <summary>Where activations may be other than zero, components x frames (as <see cref="InitialActivations"/>); null is everywhere. The others are zero from the start, and
    /// multiplicative updates never leave zero (score-informed separation; Ewert and Müller 2012).</summary>
    public bool[,]? ActivationSupport { get; init; }

    /// <summary>Start of the templates, bins x components (those behind <see cref="FixedTemplates"/>), finite and not negative; null is random. It is not modified. With a start of
    /// either factor the components keep their order.</summary>
    public float[,]? InitialTemplates { get; init; }

    /// <summary>Start of the activations, components x frames (x channels when stacked: column t C + c), finite and not negative; null is random.</summary>
    public float[,]? InitialActivations { get; init; }

    /// <summary>True: each template that does not stay fixed is scaled to unit sum in the result, and its activation by the inverse.</summary>
    public bool NormalizeTemplates { get; init; }

    /// <summary>Checks every value that does not depend on the recording.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value lies outside its documented range.</exception>
    /// <exception cref="ArgumentException">Two values do not go together.</exception>
    public void Validate()
    {
        if (Rank is < 1 or > 256)
            throw new ArgumentOutOfRangeException(nameof(Rank), Rank, $"Rank is {Rank}; it must lie in 1..256.");
        if (!(Beta >= -1 && Beta <= 4))
            throw new ArgumentOutOfRangeException(nameof(Beta), Beta, $"Beta is {Beta}; it must lie in -1..4 (2 Frobenius, 1 Kullback-Leibler, 0 Itakura-Saito).");
        if (!Enum.IsDefined(Solver)) throw new ArgumentOutOfRangeException(nameof(Solver), Solver, "No such solver.");
        if (Solver == NmfSolver.CoordinateDescent && Beta != 2)
            throw new ArgumentException($"Coordinate descent minimises the squared Frobenius norm only, and beta is {Beta}: take beta 2 (Frobenius), or one of the multiplicative solvers.", nameof(Solver));
        if (Solver == NmfSolver.CoordinateDescent && ActivationSupport is not null)
            throw new ArgumentException("Coordinate descent leaves zeros, so it cannot keep ActivationSupport: take one of the multiplicative solvers.", nameof(Solver));
        if (Shuffle && Solver != NmfSolver.CoordinateDescent)
            throw new ArgumentException("Shuffle is for coordinate descent; multiplicative solvers step all components at once.", nameof(Shuffle));
        if (!Enum.IsDefined(Exponent)) throw new ArgumentOutOfRangeException(nameof(Exponent), Exponent, "No such exponent.");
        if (Exponent == UpdateExponent.Fast && !(Beta >= 0 && Beta < 1))
            throw new ArgumentOutOfRangeException(nameof(Exponent), Exponent, $"The fast exponent is for 0 <= beta < 1 and beta is {Beta}; use mm, which is the same for 1 <= beta <= 2.");
        if (Exponent == UpdateExponent.Fast && Solver != NmfSolver.MultiplicativeUpdate)
            throw new ArgumentException("The fast exponent is erratic together with extrapolation: take Solver mu with it, or Exponent mm.", nameof(Exponent));
        if (Restarts is < 1 or > MostRestarts)
            throw new ArgumentOutOfRangeException(nameof(Restarts), Restarts, $"Restarts is {Restarts}; it must lie in 1..{MostRestarts}.");
        if (Restarts > 1 && HasWholeTemplates && InitialActivations is not null)
            throw new ArgumentException($"Restarts is {Restarts}, but InitialTemplates and InitialActivations leave nothing to chance: every restart would be the same. Take 1, or leave one of them out.", nameof(Restarts));
        ValidateInitialization();
        if (MaxIterations is < 1 or > 1_000_000)
            throw new ArgumentOutOfRangeException(nameof(MaxIterations), MaxIterations, $"MaxIterations is {MaxIterations}; it must lie in 1..1000000.");
        if (!(Tolerance >= 0 && Tolerance < 1))
            throw new ArgumentOutOfRangeException(nameof(Tolerance), Tolerance, $"Tolerance is {Tolerance}; it must be at least 0 and below 1 (0 runs all iterations).");
        ValidatePenalties();
        if (AdaptIterations is < 0 or > 1_000_000)
            throw new ArgumentOutOfRangeException(nameof(AdaptIterations), AdaptIterations, $"AdaptIterations is {AdaptIterations}; it must lie in 0..1000000.");
        if (AdaptIterations > 0 && FixedTemplates is null)
            throw new ArgumentException($"AdaptIterations is {AdaptIterations}, but there are no FixedTemplates to adapt: give some, or leave it at 0.", nameof(AdaptIterations));
        if (TargetLoss is { } loss && !(loss >= 0 && loss < double.PositiveInfinity))
            throw new ArgumentOutOfRangeException(nameof(TargetLoss), loss, $"TargetLoss is {loss}; it must be finite and at least 0.");
        if (TimeLimit is { } limit && limit <= TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(TimeLimit), limit, $"TimeLimit is {limit}; it must be above zero.");
    }

    /// <summary>Weights of both penalties for X of so many bins and frames, scikit-learn's <c>_compute_regularization</c>.</summary>
    internal NmfPenalties PenaltiesFor(int bins, int frames)
    {
        double templates = AlphaTemplates * frames, activations = (AlphaActivations ?? AlphaTemplates) * bins;
        if (HasUnitTemplates) return new NmfPenalties { Sparsity = activations };
        return new NmfPenalties(templates * L1Ratio, templates * (1 - L1Ratio), activations * L1Ratio, activations * (1 - L1Ratio));
    }

    /// <summary>True where no template ever moves.</summary>
    private bool HasOnlyFixedTemplates => FixedCount == Rank;

    /// <summary>Templates that stay to the end.</summary>
    internal int FixedCount => AdaptIterations > 0 ? 0 : FixedTemplates?.GetLength(1) ?? 0;

    /// <summary>True where something is penalised.</summary>
    internal bool HasPenalties => AlphaTemplates > 0 || AlphaActivations > 0;

    /// <summary>True where the sums of the activations alone are penalised: templates that can move have unit norm then.</summary>
    internal bool HasUnitTemplates => AlphaTemplates == 0 && AlphaActivations > 0 && L1Ratio == 1;

    /// <summary>What is penalised without effect, a sentence; null where nothing is: of a factor penalised alone, the other one takes the scale, unless it stays.</summary>
    internal string? EvadedPenalty => (AlphaTemplates, AlphaActivations ?? AlphaTemplates) switch
    {
        ( > 0, 0) when HasOnlyFixedTemplates => "Only the templates are penalised, and all of them stay as they are: that changes nothing. Penalise the activations (AlphaActivations).",
        (0, > 0) when L1Ratio < 1 && !HasOnlyFixedTemplates =>
            $"Only the activations are penalised, with L1Ratio {L1Ratio}: larger templates of smaller activations evade that. Take L1Ratio 1 for sparse activations, or penalise the templates too (AlphaTemplates).",
        ( > 0, 0) => "Only the templates are penalised: smaller templates of larger activations evade that. Penalise the activations too (AlphaActivations).",
        _ => null,
    };

    /// <summary>True where chance has no part in the templates.</summary>
    private bool HasWholeTemplates => InitialTemplates is not null || FixedTemplates?.GetLength(1) == Rank;

    private void ValidatePenalties()
    {
        Weight(AlphaTemplates, nameof(AlphaTemplates));
        Weight(AlphaActivations ?? 0, nameof(AlphaActivations));
        if (!(L1Ratio >= 0 && L1Ratio <= 1))
            throw new ArgumentOutOfRangeException(nameof(L1Ratio), L1Ratio, $"L1Ratio is {L1Ratio}; it must lie in 0..1 (0 weighs squares, 1 sums).");

        static void Weight(double value, string name)
        {
            if (!(value >= 0 && value < double.PositiveInfinity))
                throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; it must be finite and at least 0.");
        }
    }

    private void ValidateInitialization()
    {
        if (!Enum.IsDefined(Initialization)) throw new ArgumentOutOfRangeException(nameof(Initialization), Initialization, "No such initialization.");
        string kind = Initialization.ToString().ToLowerInvariant();
        if (Initialization != NmfInitialization.Random && (InitialTemplates is not null || InitialActivations is not null))
            throw new ArgumentException($"Initialization is {kind}, but {(InitialTemplates is null ? nameof(InitialActivations) : nameof(InitialTemplates))} is a start as well: leave one of them out.", nameof(Initialization));
        if (Initialization != NmfInitialization.Random && FixedTemplates is not null)
            throw new ArgumentException($"Initialization is {kind}, and FixedTemplates says what some of the templates are: take random, or leave one of them out.", nameof(Initialization));
        if (Initialization == NmfInitialization.Nndsvd && Solver is NmfSolver.MultiplicativeUpdate or NmfSolver.ExtrapolatedMultiplicativeUpdate)
            throw new ArgumentException("Initialization nndsvd leaves zeros in the factors, and multiplicative updates (Solver mu and emu) never leave zero: take nndsvda or nndsvdar, which fill them.", nameof(Initialization));
        if (Restarts > 1 && Initialization is NmfInitialization.Nndsvd or NmfInitialization.NndsvdA)
            throw new ArgumentException($"Restarts is {Restarts}, but Initialization {kind} leaves nothing to chance: every restart would be the same. Take 1, or nndsvdar, kmeans or random.", nameof(Restarts));
    }
}
