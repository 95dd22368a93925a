using GpuNmf.Kernels.Fft;
using ILGPU;

namespace GpuNmf.Kernels.Stft;

/// <summary>
/// Samples in, one row of bins a (frame, channel) or a frame out. N transform length, C channels, P pitch of a row.
/// Row r of the output belongs to frame r / RowsOfAFrame and to the channels from r % RowsOfAFrame on, ChannelsOfARow of them.
/// </summary>
internal struct StftArgs
{
    /// <summary>Samples [C][<see cref="SampleStride"/>] from <see cref="FirstSample"/> on, as far as the rows of the launch need them.</summary>
    public ArrayView<float> Samples;

    /// <summary>Window [N].</summary>
    public ArrayView<float> Window;

    /// <summary>exp(-2 pi i k / N), k below N, real and imaginary parts in turn.</summary>
    public ArrayView<float> Twiddles;

    /// <summary>Roots of the passes of a group's transform (tile form).</summary>
    public ArrayView<ComplexFloat> PassRoots;

    /// <summary>Working memory of the groups (strip) or of the frames of a launch (transforms above 8192).</summary>
    public ArrayView<float> Scratch;

    /// <summary>Magnitudes [Rows][P]; or the real parts.</summary>
    public ArrayView<float> Output;

    /// <summary>The imaginary parts [Rows][P] (spectrum only).</summary>
    public ArrayView<float> Imaginary;

    /// <summary>Samples of a channel.</summary>
    public long Length;

    /// <summary>Floats between two channels of <see cref="Samples"/>.</summary>
    public long SampleStride;

    /// <summary>The sample that stands first in <see cref="Samples"/>.</summary>
    public long FirstSample;

    /// <summary>First row of this launch, counted over the whole recording; it is written to row 0 + <see cref="OutputRow"/>.</summary>
    public long FirstRow;

    /// <summary>Row of the output that <see cref="FirstRow"/> goes to.</summary>
    public int OutputRow;

    /// <summary>Rows of this launch.</summary>
    public int Rows;

    public int FftLength;
    public int HopLength;

    /// <summary>Samples that frame 0 starts before sample 0: N/2 when centred, else 0.</summary>
    public int Lead;

    /// <summary>1: outside the signal it is mirrored; 0: zero.</summary>
    public int Reflect;

    public int RowsOfAFrame;
    public int ChannelsOfARow;
    public int Pitch;
}
