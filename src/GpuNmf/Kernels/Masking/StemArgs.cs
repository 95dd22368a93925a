using GpuNmf.Kernels.Fft;
using ILGPU;

namespace GpuNmf.Kernels.Masking;

/// <summary>
/// A block of frames on its way from factors and complex spectrum to stems. C channels, N transform length, P pitch, K components.
/// Spectrum row: (frame in block) C + channel. Mask row: (frame in block) M + channel, M = <see cref="MasksOfAFrame"/> 1 or C.
/// </summary>
internal struct StemArgs
{
    /// <summary>Real parts of the mixture's spectrum [frames C][P].</summary>
    public ArrayView<float> Real;

    /// <summary>Imaginary parts.</summary>
    public ArrayView<float> Imaginary;

    /// <summary>Templates in the form's layout: strip [K][P], tile [P][K'].</summary>
    public ArrayView<float> Templates;

    /// <summary>Activations [T M][K'] of the whole recording.</summary>
    public ArrayView<float> Activations;

    /// <summary>Largest W_k H_k of a cell [frames M][P]; zero where all are zero.</summary>
    public ArrayView<float> Peaks;

    /// <summary>1 / sum (W_k H_k / peak)^a of a cell [frames M][P]; tile form: <see cref="MaskRule.Scale"/>.</summary>
    public ArrayView<float> Scales;

    /// <summary>Window [N].</summary>
    public ArrayView<float> Window;

    /// <summary>exp(-2 pi i k / N), real and imaginary parts in turn.</summary>
    public ArrayView<float> Twiddles;

    /// <summary>Roots of the passes of a group's transform (tile form).</summary>
    public ArrayView<ComplexFloat> PassRoots;

    /// <summary>What the sum of the frames of a sample is divided by (strip form) or multiplied by (tile form) [SampleCount].</summary>
    public ArrayView<float> Normalizers;

    /// <summary>Working memory of the groups (strip) or of the launch (transforms above 8192).</summary>
    public ArrayView<float> Scratch;

    /// <summary>How far the groups of a launch are, zero at its start (strip form; <see cref="StripWork"/>).</summary>
    public ArrayView<int> Progress;

    /// <summary>Windowed frames [component in launch][frames C][N]; tile form: times N / 2, and none where one launch makes samples.</summary>
    public ArrayView<float> Frames;

    /// <summary>Samples of the stems [component in launch][SampleCount][C].</summary>
    public ArrayView<float> Output;

    public int Components;

    /// <summary>First component of this launch.</summary>
    public int FirstComponent;

    /// <summary>Components of this launch.</summary>
    public int ComponentCount;

    public int RankPitch;
    public int Channels;
    public int MasksOfAFrame;

    /// <summary>First frame of the block in the recording.</summary>
    public long FirstFrame;

    /// <summary>Frames of the block.</summary>
    public int FrameCount;

    /// <summary>First sample of the output in the recording.</summary>
    public long FirstSample;

    /// <summary>Samples of the output.</summary>
    public int SampleCount;

    public int FftLength;
    public int HopLength;

    /// <summary>Samples that frame 0 starts before sample 0.</summary>
    public int Lead;

    public int Bins;
    public int Pitch;

    /// <summary>a of the mask (.)^a / sum (.)^a.</summary>
    public float MaskPower;

    /// <summary>Frame of the block, the first that covers a sample of the output.</summary>
    internal readonly int FirstFrameOf(int sample)
    {
        long position = FirstSample + sample + Lead;
        long first = position < FftLength ? 0 : (position - FftLength) / HopLength + 1;
        return first < FirstFrame ? 0 : (int)(first - FirstFrame);
    }

    /// <summary>Frame of the block, the last that covers a sample of the output.</summary>
    internal readonly int LastFrameOf(int sample)
    {
        long last = (FirstSample + sample + Lead) / HopLength - FirstFrame;
        return last < FrameCount ? (int)last : FrameCount - 1;
    }

    /// <summary>Sample of the output where a frame of the block starts; may be negative.</summary>
    internal readonly int StartOf(int frame) => (int)((FirstFrame + frame) * HopLength - Lead - FirstSample);
}

/// <summary>How a component's spectrum is made.</summary>
internal interface IReconstruction
{
    /// <summary>True: mask times mixture. False: W_k H_k with the mixture's phase.</summary>
    static abstract bool IsMask { get; }
}

/// <summary>Mask times mixture.</summary>
internal readonly struct MaskReconstruction : IReconstruction
{
    public static bool IsMask => true;
}

/// <summary>The component's magnitude with the mixture's phase; phase 0 where the mixture is zero, as NumPy's angle.</summary>
internal readonly struct MagnitudeReconstruction : IReconstruction
{
    public static bool IsMask => false;
}
