namespace GpuNmf.Reference;

/// <summary>The exponent of the multiplicative ratio.</summary>
public enum ReferenceExponent
{
    /// <summary>gamma(beta) of Févotte and Idier (2011): 1 / (2 - beta) below 1, 1 in 1..2, 1 / (beta - 1) above.</summary>
    MajorizationMinimization,

    /// <summary>1 for every beta.</summary>
    One,
}
