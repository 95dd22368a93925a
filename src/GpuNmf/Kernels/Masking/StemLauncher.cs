using System.Runtime.Intrinsics;
using GpuNmf.Devices;
using ILGPU;
using ILGPU.Runtime;

namespace GpuNmf.Kernels.Masking;

/// <summary>Loads and launches the kernels from factors and spectrum to stems.</summary>
internal sealed class StemLauncher
{
    private readonly DeviceSession _session;
    private readonly int _fftLength;
    private readonly Action<AcceleratorStream, KernelConfig, StemArgs> _maskSums;
    private readonly Action<AcceleratorStream, KernelConfig, StemArgs> _inverse;
    private readonly Action<AcceleratorStream, KernelConfig, StemArgs> _overlapAdd;

    internal StemLauncher(DeviceSession session, int fftLength, bool mask)
    {
        _session = session;
        _fftLength = fftLength;
        (_maskSums, _inverse, _overlapAdd, ScratchLength) = (session.Form, session.Simd) switch
        {
            (KernelForm.Tile, _) => throw new NotImplementedException(),
            (_, SimdWidth.Bits512) => LoadStrip<Vector512<float>, Lanes512>(mask),
            (_, SimdWidth.Bits256) => LoadStrip<Vector256<float>, Lanes256>(mask),
            _ => LoadStrip<Vector128<float>, Lanes128>(mask),
        };
    }

    /// <summary>Floats of <see cref="StemArgs.Scratch"/> that a launch needs.</summary>
    internal long ScratchLength { get; }

    /// <summary>Enqueues the largest share and the scale of each cell of the block.</summary>
    internal void EnqueueMaskSums(StemArgs args) => _maskSums(_session.Stream, new KernelConfig(args.FrameCount * args.MasksOfAFrame, 1), args);

    /// <summary>Enqueues the windowed frames of the launch's components.</summary>
    internal void EnqueueInverse(StemArgs args) => _inverse(_session.Stream, new KernelConfig(_session.Accelerator.NumMultiprocessors, 1), args);

    /// <summary>Enqueues the samples of the launch's components.</summary>
    internal void EnqueueOverlapAdd(StemArgs args) => _overlapAdd(_session.Stream, new KernelConfig(args.ComponentCount * args.Channels, 1), args);

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
