namespace GpuNmf.Nmf;

/// <summary>Why a factorisation ended.</summary>
public enum NmfStop
{
    /// <summary>The iterations ran out.</summary>
    MaxIterations,

    /// <summary>The loss fell by less than <see cref="NmfOptions.Tolerance"/> asks for.</summary>
    Tolerance,

    /// <summary>The loss came down to <see cref="NmfOptions.TargetLoss"/>.</summary>
    TargetLoss,

    /// <summary><see cref="NmfOptions.TimeLimit"/> was over.</summary>
    TimeLimit,
}
