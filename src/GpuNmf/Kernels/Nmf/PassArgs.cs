using ILGPU;

namespace GpuNmf.Kernels.Nmf;

/// <summary>
/// What one pass over X reads and writes. F bins, T frames (rows of X), K components, P pitch of a row, S slices; B = 1.
/// The templates' layout is the form's: strip [K][P], tile [P][K'] with K' the rank rounded up to 4.
/// </summary>
internal struct PassArgs
{
    /// <summary>X [rows][P]; padding columns and rows are zero.</summary>
    public ArrayView<float> X;

    /// <summary>Templates that the activations are updated with.</summary>
    public ArrayView<float> Templates;

    /// <summary>Templates that the accumulation and the loss use; the same buffer for plain updates.</summary>
    public ArrayView<float> TemplatesToUpdate;

    /// <summary>Activations [rows][K'] that the update starts from.</summary>
    public ArrayView<float> ActivationsFrom;

    /// <summary>Activations [rows][K'] after the update; the same buffer for plain updates.</summary>
    public ArrayView<float> Activations;

    /// <summary>Sums of each template over the bins [K'] (beta 1).</summary>
    public ArrayView<float> TemplateSums;

    /// <summary>W^T W [K'][K'] (beta 2).</summary>
    public ArrayView<float> TemplateGram;

    /// <summary>Numerators of the templates, a partial sum a slice: [S] x templates.</summary>
    public ArrayView<float> Numerators;

    /// <summary>Denominators of the templates, as the numerators (beta other than 1, 2).</summary>
    public ArrayView<float> Denominators;

    /// <summary>Sums of the activations, a partial sum a slice [S][K'] (beta 1).</summary>
    public ArrayView<float> ActivationSums;

    /// <summary>H H^T, a partial sum a slice [S][K'][K'] (beta 2).</summary>
    public ArrayView<float> ActivationGrams;

    /// <summary>Partial losses in the form's own granularity.</summary>
    public ArrayView<float> Losses;

    public int Bins;
    public int Pitch;
    public int Frames;
    public int Rank;

    /// <summary>K', the stride of a frame's activations.</summary>
    public int RankPitch;

    /// <summary>Frames of a slice.</summary>
    public int SliceFrames;

    /// <summary>First slice of this launch.</summary>
    public int FirstSlice;

    /// <summary>Where the dot product W H starts.</summary>
    public float Epsilon;

    public float Beta;

    /// <summary>Exponent of the ratio.</summary>
    public float Exponent;

    /// <summary>Factors below become 0; 0 keeps all.</summary>
    public float Floor;
}
