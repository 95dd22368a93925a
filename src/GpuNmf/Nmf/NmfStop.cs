namespace GpuNmf.Nmf;

/// <summary>Why a factorisation ended.</summary>
public enum NmfStop
{
    /// <summary>The iterations ran out.</summary>
    MaxIterations,

    /// <summary>What is minimised fell by less than <see cref="NmfOptions.Tolerance"/> asks for; of coordinate descent, its projected gradient did so.</summary>
    Tolerance,

    /// <summary>The loss came down to <see cref="NmfOptions.TargetLoss"/>.</summary>
    TargetLoss,

    /// <summary><see cref="NmfOptions.TimeLimit"/> was over.</summary>
    TimeLimit,
}
