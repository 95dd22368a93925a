using ILGPU;

namespace GpuNmf.Kernels.Nmf;

/// <summary>
/// X and two factors whose entries may have any sign. Over the bins: activations = X templates. Over the frames: templates = X^T activations,
/// a partial sum for each slice of frames. Layouts as in <see cref="PassArgs"/>; padding of X and of the factors is zero.
/// </summary>
internal struct ContractionArgs
{
    /// <summary>X [rows][P], or a block of whole slices of it; then the activations and the partial sums begin with those of the block.</summary>
    public ArrayView<float> X;

    /// <summary>Read over the bins: strip [K][P], tile [P][K'].</summary>
    public ArrayView<float> Templates;

    /// <summary>[rows][K'], written over the bins, read over the frames.</summary>
    public ArrayView<float> Activations;

    /// <summary>[S] x templates, written over the frames; after the tree the first holds the sum.</summary>
    public ArrayView<float> Partials;

    public int Pitch;

    /// <summary>Frames of X, or of its block.</summary>
    public int Frames;

    public int Rank;

    /// <summary>K', the stride of a frame's activations.</summary>
    public int RankPitch;

    /// <summary>Frames of a slice.</summary>
    public int SliceFrames;

    /// <summary>First slice of this launch.</summary>
    public int FirstSlice;

    /// <summary>S, slices of the whole.</summary>
    public int Slices;

    /// <summary>Floats of the templates.</summary>
    public int TemplateLength;

    /// <summary>The frame behind the last one of a launch.</summary>
    public int EndFrame;
}
