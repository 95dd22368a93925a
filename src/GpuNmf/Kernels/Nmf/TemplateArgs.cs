using ILGPU;

namespace GpuNmf.Kernels.Nmf;

/// <summary>What the update of the templates reads and writes, after the last slice of a pass. Layouts as in <see cref="PassArgs"/>.</summary>
internal struct TemplateArgs
{
    /// <summary>Templates that the pass accumulated with.</summary>
    public ArrayView<float> From;

    /// <summary>Templates after the update; another buffer (beta 2 reads all components of a bin).</summary>
    public ArrayView<float> To;

    /// <summary>Partial numerators [S] x templates; overwritten.</summary>
    public ArrayView<float> Numerators;

    /// <summary>Partial denominators; overwritten.</summary>
    public ArrayView<float> Denominators;

    /// <summary>Partial sums of the activations [S][K']; overwritten.</summary>
    public ArrayView<float> ActivationSums;

    /// <summary>Partial H H^T [S][K'][K']; overwritten.</summary>
    public ArrayView<float> ActivationGrams;

    /// <summary>Receives the sums of the new templates [K'] (tile: behind them the partial sums of the slices of bins).</summary>
    public ArrayView<float> TemplateSums;

    /// <summary>Receives W^T W of the new templates [K'][K'] (tile: and partial sums).</summary>
    public ArrayView<float> TemplateGram;

    public int Bins;
    public int Pitch;
    public int Rank;
    public int RankPitch;
    public int Slices;
    public float Exponent;
    public float Floor;
}
