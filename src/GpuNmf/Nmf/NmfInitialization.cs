namespace GpuNmf.Nmf;

/// <summary>Where a factorisation starts from; made of the scaled spectrogram, so that the recording's level does not matter.</summary>
public enum NmfInitialization
{
    /// <summary>|N(0,1)| sqrt(mean(X) / K) from the seed, as scikit-learn's <c>init='random'</c>.</summary>
    Random,

    /// <summary>Non-negative double singular value decomposition (Boutsidis and Gallopoulos, "SVD based initialization: a head start for nonnegative matrix
    /// factorization", 2008). Needs a rank of at most the bins and the frames. Leaves zeros, which multiplicative updates never leave again, so
    /// they refuse it.</summary>
    Nndsvd,

    /// <summary>The same with the zeros replaced by the mean of X; X is of mean 1 for this, as the factors' scale would depend on the recording's level otherwise.</summary>
    NndsvdA,

    /// <summary>The same with the zeros replaced by small numbers instead, mean(X) |N(0,1)| / 100, from the seed.</summary>
    NndsvdAR,

    /// <summary>Templates are the centres of the frames' spectra by k-means (started by k-means++ from the seed), activations the frames' projections onto them.</summary>
    KMeans,
}
