namespace GpuNmf.Kernels.Masking;

/// <summary>What the stems of a block of samples are made by, in this order; <see cref="Span"/> stands for the two before it.</summary>
internal enum StemKernel
{
    /// <summary>The mixture's spectrum.</summary>
    Spectrum,

    /// <summary>Largest share and scale of each cell.</summary>
    MaskSums,

    /// <summary>Weight of each sample.</summary>
    Normalizers,

    /// <summary>Masked inverse transforms to windowed frames.</summary>
    Inverse,

    /// <summary>Frames to samples.</summary>
    OverlapAdd,

    /// <summary>Masked inverse transforms and their sum in one launch.</summary>
    Span,
}

/// <summary>One of them, ready to be enqueued.</summary>
/// <param name="Kernel">Which.</param>
/// <param name="Enqueue">Enqueues it; does not wait.</param>
internal readonly record struct StemLaunch(StemKernel Kernel, Action Enqueue);
