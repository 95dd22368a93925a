using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;

namespace GpuNmf.Nmf;

/// <summary>What a model pays for its factors, in double.</summary>
internal static class PenaltySum
{
    /// <summary>Both penalties in the kernels' units, without those of templates that stay, which nothing changes.</summary>
    /// <param name="templates">W, packed.</param>
    /// <param name="activations">H, packed.</param>
    /// <param name="geometry">Shape of the batch.</param>
    /// <param name="run">Whose penalties, rank and number of templates that stay.</param>
    internal static double Of(float[] templates, float[] activations, NmfGeometry geometry, ModelRun run)
    {
        var (ofTemplates, ofActivations) = (run.TemplatePenalty, run.ActivationPenalty);
        Sums[] w = geometry.Form == KernelForm.Strip ? OfRows(templates, run.Model.Rank, geometry.Pitch) : OfColumns(templates, run.Model.Rank, geometry.RankPitch);
        Sums[] h = OfColumns(activations, run.Model.Rank, geometry.RankPitch);
        double penalty = 0;
        for (int k = 0; k < run.Model.Rank; k++)
        {
            penalty += ofActivations.Lasso * h[k].Entries + ofActivations.Ridge / 2.0 * h[k].Squares;
            penalty += ofActivations.Sparsity * Math.Sqrt(w[k].Squares) * h[k].Entries;
            if (k >= run.Model.FixedCount) penalty += ofTemplates.Lasso * w[k].Entries + ofTemplates.Ridge / 2.0 * w[k].Squares;
        }
        return penalty;
    }

    private static Sums[] OfRows(float[] values, int count, int pitch)
    {
        var sums = new Sums[count];
        for (int k = 0; k < count; k++)
            foreach (float value in values.AsSpan(k * pitch, pitch)) sums[k].Add(value);
        return sums;
    }

    // One row after another, since a column of an hour leaves no cache warm.
    private static Sums[] OfColumns(float[] values, int count, int pitch)
    {
        var sums = new Sums[count];
        for (int at = 0; at < values.Length; at += pitch)
            for (int k = 0; k < count; k++) sums[k].Add(values[at + k]);
        return sums;
    }

    private struct Sums
    {
        internal double Entries, Squares;

        internal void Add(double value)
        {
            Entries += value;
            Squares += value * value;
        }
    }
}
