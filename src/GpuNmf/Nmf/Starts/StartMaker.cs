using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;

namespace GpuNmf.Nmf.Starts;

/// <summary>
/// Makes the start of each model of a spectrogram. What models have in common, the singular vectors, is computed once for each rank.
/// </summary>
internal sealed class StartMaker(DeviceSession session, SharedSpectrogram x, NmfGeometry geometry, CancellationToken cancellation)
{
    private readonly Dictionary<int, SingularTriplets> _triplets = [];

    /// <summary>The start in the caller's units. Where X is scaled by an odd power of two, the factors are off by sqrt(2) and its inverse, which leaves W H as it is.</summary>
    /// <param name="model">Has starts of its own, or says which kind is made; where it has one of its own, the other is random.</param>
    internal StartFactors Of(NmfModel model)
    {
        double mean = Math.ScaleB(x.Mean, x.Scale.Spectrogram);
        var made = model.Initialization switch
        {
            NmfInitialization.Random => null,
            NmfInitialization.KMeans => KMeansStart.Of(session, x.Blocks, geometry, model.Rank, mean, model.Seed, cancellation),
            _ => Nndsvd.Of(Triplets(model.Rank), model.Initialization, mean, model.Seed),
        };
        return ModelStart.Of(
            model,
            model.InitialTemplates ?? Rescale(made?.Templates ?? RandomStart.Templates(geometry.Bins, model.Rank, mean, model.Seed, cancellation), -x.Scale.Templates),
            model.InitialActivations ?? Balanced(model, Rescale(made?.Activations ?? RandomStart.Activations(geometry.Frames, model.Rank, mean, model.Seed, cancellation), -x.Scale.Activations), mean));
    }

    /// <summary>
    /// Activations of fixed templates make up for those being louder or quieter than random ones would be, so that every component starts as loud as the others, whatever the templates' scale.
    /// </summary>
    private float[,] Balanced(NmfModel model, float[,] activations, double mean)
    {
        // The mean of |N(0, 1)| is sqrt(2 / pi).
        double random = Math.ScaleB(Math.Sqrt(2 / Math.PI * mean / model.Rank), -x.Scale.Templates);
        for (int k = 0; k < model.FixedCount; k++)
        {
            double sum = 0;
            for (int f = 0; f < geometry.Bins; f++) sum += model.FixedTemplates![f, k];
            if (sum == 0) continue;
            double scale = random * geometry.Bins / sum;
            for (int t = 0; t < geometry.Frames; t++) activations[k, t] = (float)(activations[k, t] * scale);
        }
        return activations;
    }

    private SingularTriplets Triplets(int rank)
    {
        if (!_triplets.TryGetValue(rank, out var triplets)) _triplets[rank] = triplets = SubspaceIteration.Of(session, x.Blocks, geometry, rank, cancellation);
        return triplets;
    }

    private static float[,] Rescale(float[,] values, int exponent)
    {
        for (int i = 0; i < values.GetLength(0); i++)
            for (int j = 0; j < values.GetLength(1); j++)
                values[i, j] = MathF.ScaleB(values[i, j], exponent);
        return values;
    }
}
