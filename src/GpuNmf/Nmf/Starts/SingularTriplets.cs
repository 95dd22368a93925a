namespace GpuNmf.Nmf.Starts;

/// <summary>The leading singular values of X (bins x frames) with their vectors, largest first.</summary>
/// <param name="Values">sigma_j; those that single precision cannot tell from zero beside the largest are 0.</param>
/// <param name="Bins">Unit vectors over the bins [j][F].</param>
/// <param name="Frames">sigma_j times the unit vectors over the frames, components x frames.</param>
internal sealed record SingularTriplets(double[] Values, double[][] Bins, float[,] Frames);
