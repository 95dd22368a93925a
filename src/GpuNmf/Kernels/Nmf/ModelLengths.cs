namespace GpuNmf.Kernels.Nmf;

/// <summary>Floats that one model takes in each buffer of a batch.</summary>
internal struct ModelLengths
{
    /// <summary>Templates: strip K P, tile P K', K the class's.</summary>
    public int Templates;

    /// <summary>Activations: rows x K'.</summary>
    public long Activations;

    /// <summary>Slices S of the sums over the frames.</summary>
    public int Slices;

    /// <summary>Slices of the sums over the bins.</summary>
    public int BinSlices;

    /// <summary>Partial losses.</summary>
    public int Losses;

    /// <summary>Violations of coordinate descent: rows, then bins with their padding.</summary>
    public long Violations;

    internal static ModelLengths Of(NmfGeometry geometry, long losses) => new()
    {
        Violations = (long)geometry.Rows + geometry.Pitch,
        Templates = geometry.TemplateLength,
        Activations = (long)geometry.Rows * geometry.RankPitch,
        Slices = geometry.Slices,
        BinSlices = geometry.BinSlices,
        Losses = checked((int)losses),
    };
}
