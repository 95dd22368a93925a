using System.Runtime.Intrinsics;
using GpuNmf.Devices;
using GpuNmf.Kernels.Fft;
using GpuNmf.Kernels.Stft;
using ILGPU;
using ILGPU.Runtime;

namespace GpuNmf.Kernels.Masking;

/// <summary>Loads and launches the kernels from factors and spectrum to stems.</summary>
internal sealed class StemLauncher
{
    private const int Group = 128;

    private readonly DeviceSession _session;
    private readonly int _fftLength;
    private readonly int _maxRows;
    private readonly Action<AcceleratorStream, KernelConfig, StemArgs>? _inversePart;
    private readonly Action<AcceleratorStream, KernelConfig, StemArgs> _maskSums;
    private readonly Action<AcceleratorStream, KernelConfig, StemArgs> _inverse;
    private readonly Action<AcceleratorStream, KernelConfig, StemArgs> _overlapAdd;

    /// <param name="session">Device.</param>
    /// <param name="fftLength">Transform length.</param>
    /// <param name="mask">True: masks; false: magnitudes with the mixture's phase.</param>
    /// <param name="maxRows">Frames times channels of a block at most.</param>
    internal StemLauncher(DeviceSession session, int fftLength, bool mask, int maxRows)
    {
        _session = session;
        _fftLength = fftLength;
        _maxRows = maxRows;
        if (!IsStrip && fftLength > StftLauncher.OneLaunchLength)
        {
            _inversePart = session.Accelerator.LoadTile<StemArgs>(
                mask ? TileStemKernels.InversePart<MaskReconstruction> : TileStemKernels.InversePart<MagnitudeReconstruction>);
        }
        (_maskSums, _inverse, _overlapAdd, ScratchLength) = (session.Form, session.Simd) switch
        {
            (KernelForm.Tile, _) => LoadTile(mask),
            (_, SimdWidth.Bits512) => LoadStrip<Vector512<float>, Lanes512>(mask),
            (_, SimdWidth.Bits256) => LoadStrip<Vector256<float>, Lanes256>(mask),
            _ => LoadStrip<Vector128<float>, Lanes128>(mask),
        };
    }

    /// <summary>Floats of <see cref="StemArgs.Scratch"/> that a launch needs.</summary>
    internal long ScratchLength { get; }

    private bool IsStrip => _session.Form == KernelForm.Strip;

    /// <summary>Enqueues the largest share and the scale of each cell of the block.</summary>
    internal void EnqueueMaskSums(StemArgs args) => _maskSums(_session.Stream, new KernelConfig(args.FrameCount * args.MasksOfAFrame, IsStrip ? 1 : Group), args);

    /// <summary>Enqueues the windowed frames of the launch's components.</summary>
    internal void EnqueueInverse(StemArgs args)
    {
        int rows = args.FrameCount * args.Channels;
        if (IsStrip)
        {
            _inverse(_session.Stream, new KernelConfig(_session.Accelerator.NumMultiprocessors, 1), args);
            return;
        }
        if (_inversePart is null)
        {
            _inverse(_session.Stream, new KernelConfig((rows, args.ComponentCount, 1), (Group, 1, 1)), args);
            return;
        }
        // The parts of one component at a time, so that the scratch stays that of one.
        int parts = _fftLength / 2 / TileFft.PartPoints, first = args.FirstComponent, count = args.ComponentCount;
        long frames = (long)rows * _fftLength;
        var all = args.Frames;
        for (int k = 0; k < count; k++)
        {
            args.FirstComponent = first + k;
            args.ComponentCount = 1;
            args.Frames = all.SubView(k * frames, frames);
            _inversePart(_session.Stream, new KernelConfig((rows, 1, parts), (Group, 1, 1)), args);
            _inverse(_session.Stream, new KernelConfig((rows, 1, 1), (Group, 1, 1)), args);
        }
    }

    /// <summary>Enqueues the samples of the launch's components.</summary>
    internal void EnqueueOverlapAdd(StemArgs args) => _overlapAdd(
        _session.Stream,
        IsStrip ? new KernelConfig(args.ComponentCount * args.Channels, 1) : new KernelConfig(((args.SampleCount + Group - 1) / Group, args.Channels, args.ComponentCount), (Group, 1, 1)),
        args);

    private (Action<AcceleratorStream, KernelConfig, StemArgs> MaskSums, Action<AcceleratorStream, KernelConfig, StemArgs> Inverse, Action<AcceleratorStream, KernelConfig, StemArgs> OverlapAdd, long Scratch)
        LoadTile(bool mask)
    {
        var accelerator = _session.Accelerator;
        Action<StemArgs> inverse = (_fftLength, mask) switch
        {
            ( <= 2048, true) => TileStemKernels.Inverse<Capacity1024, MaskReconstruction>,
            ( <= 2048, false) => TileStemKernels.Inverse<Capacity1024, MagnitudeReconstruction>,
            ( <= StftLauncher.OneLaunchLength, true) => TileStemKernels.Inverse<Capacity4096, MaskReconstruction>,
            ( <= StftLauncher.OneLaunchLength, false) => TileStemKernels.Inverse<Capacity4096, MagnitudeReconstruction>,
            _ => TileStemKernels.InverseJoin,
        };
        return (accelerator.LoadTile<StemArgs>(TileStemKernels.MaskSums), accelerator.LoadTile(inverse),
            accelerator.LoadTile<StemArgs>(TileStemKernels.OverlapAdd), _inversePart is null ? 1 : _maxRows * (long)_fftLength);
    }

    private (Action<AcceleratorStream, KernelConfig, StemArgs> MaskSums, Action<AcceleratorStream, KernelConfig, StemArgs> Inverse, Action<AcceleratorStream, KernelConfig, StemArgs> OverlapAdd, long Scratch)
        LoadStrip<TVector, TLanes>(bool mask)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        var accelerator = _session.Accelerator;
        return (
            accelerator.LoadKernel<StemArgs>(StripStemKernels.MaskSums<TVector, TLanes>),
            mask
                ? accelerator.LoadKernel<StemArgs>(StripStemKernels.Inverse<TVector, TLanes, MaskReconstruction>)
                : accelerator.LoadKernel<StemArgs>(StripStemKernels.Inverse<TVector, TLanes, MagnitudeReconstruction>),
            accelerator.LoadKernel<StemArgs>(StripStemKernels.OverlapAdd<TVector, TLanes>),
            accelerator.NumMultiprocessors * StripStemKernels.ScratchLength(_fftLength, TLanes.Count));
    }
}
