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
    /// <summary>Number of components K, 1..256.</summary>
    public int Rank { get; init; } = 8;

    /// <summary>beta of the beta-divergence, -1..4: 2 is half the squared Frobenius norm, 1 Kullback-Leibler (default), 0 Itakura-Saito.</summary>
    public double Beta { get; init; } = 1;

    /// <summary>The update rule.</summary>
    public NmfSolver Solver { get; init; } = NmfSolver.ExtrapolatedMultiplicativeUpdate;

    /// <summary>The exponent of the ratio.</summary>
    public UpdateExponent Exponent { get; init; } = UpdateExponent.MajorizationMinimization;

    /// <summary>Iterations at most, 1..1,000,000.</summary>
    public int MaxIterations { get; init; } = 200;

    /// <summary>Stop when, over 10 iterations, sqrt(2 D) falls by less than this share of its value at the start. 0 never stops early.
    /// At least 0 and below 1.</summary>
    public double Tolerance { get; init; } = 1e-4;

    /// <summary>Where it starts from, unless <see cref="InitialTemplates"/> or <see cref="InitialActivations"/> say so; then it must be
    /// <see cref="NmfInitialization.Random"/>, which is what the other one is.</summary>
    public NmfInitialization Initialization { get; init; } = NmfInitialization.Random;

    /// <summary>Seed of what the start leaves to chance; the same on every device.</summary>
    public ulong Seed { get; init; }

    /// <summary>How many random starts, 1..1024: seeds <see cref="Seed"/>, Seed + 1, ... share one spectrogram, and the lowest loss is kept.
    /// More than 1 needs a start that leaves something to chance: <see cref="NmfInitialization.Nndsvd"/> and <see cref="NmfInitialization.NndsvdA"/> do not.</summary>
    public int Restarts { get; init; } = 1;

    /// <summary>Start of the templates, bins x components, finite and not negative; null is random. It is not modified. With a start of
    /// either factor the components keep their order.</summary>
    public float[,]? InitialTemplates { get; init; }

    /// <summary>Start of the activations, components x frames (x channels when stacked: column t C + c), finite and not negative; null is random.</summary>
    public float[,]? InitialActivations { get; init; }

    /// <summary>True: each template is scaled to unit sum in the result, and its activation by the inverse.</summary>
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
        if (!Enum.IsDefined(Exponent)) throw new ArgumentOutOfRangeException(nameof(Exponent), Exponent, "No such exponent.");
        if (Exponent == UpdateExponent.Fast && !(Beta >= 0 && Beta < 1))
            throw new ArgumentOutOfRangeException(nameof(Exponent), Exponent, $"The fast exponent is for 0 <= beta < 1 and beta is {Beta}; use mm, which is the same for 1 <= beta <= 2.");
        if (Exponent == UpdateExponent.Fast && Solver != NmfSolver.MultiplicativeUpdate)
            throw new ArgumentException("The fast exponent is erratic together with extrapolation: take Solver mu with it, or Exponent mm.", nameof(Exponent));
        if (Restarts is < 1 or > 1024)
            throw new ArgumentOutOfRangeException(nameof(Restarts), Restarts, $"Restarts is {Restarts}; it must lie in 1..1024.");
        if (Restarts > 1 && InitialTemplates is not null && InitialActivations is not null)
            throw new ArgumentException($"Restarts is {Restarts}, but InitialTemplates and InitialActivations leave nothing to chance: every restart would be the same. Take 1, or leave one of them out.", nameof(Restarts));
        ValidateInitialization();
        if (MaxIterations is < 1 or > 1_000_000)
            throw new ArgumentOutOfRangeException(nameof(MaxIterations), MaxIterations, $"MaxIterations is {MaxIterations}; it must lie in 1..1000000.");
        if (!(Tolerance >= 0 && Tolerance < 1))
            throw new ArgumentOutOfRangeException(nameof(Tolerance), Tolerance, $"Tolerance is {Tolerance}; it must be at least 0 and below 1 (0 runs all iterations).");
    }
    private void ValidateInitialization()
    {
        if (!Enum.IsDefined(Initialization)) throw new ArgumentOutOfRangeException(nameof(Initialization), Initialization, "No such initialization.");
        string kind = Initialization.ToString().ToLowerInvariant();
        if (Initialization != NmfInitialization.Random && (InitialTemplates is not null || InitialActivations is not null))
            throw new ArgumentException($"Initialization is {kind}, but {(InitialTemplates is null ? nameof(InitialActivations) : nameof(InitialTemplates))} is a start as well: leave one of them out.", nameof(Initialization));
        if (Initialization == NmfInitialization.Nndsvd && Solver is NmfSolver.MultiplicativeUpdate or NmfSolver.ExtrapolatedMultiplicativeUpdate)
            throw new ArgumentException("Initialization nndsvd leaves zeros in the factors, and multiplicative updates (Solver mu and emu) never leave zero: take nndsvda or nndsvdar, which fill them.", nameof(Initialization));
        if (Restarts > 1 && Initialization is NmfInitialization.Nndsvd or NmfInitialization.NndsvdA)
            throw new ArgumentException($"Restarts is {Restarts}, but Initialization {kind} leaves nothing to chance: every restart would be the same. Take 1, or nndsvdar, kmeans or random.", nameof(Restarts));
    }
}
