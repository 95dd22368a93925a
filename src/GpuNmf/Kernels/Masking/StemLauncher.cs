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
    private const int Group = TileLoading.Group;

    private readonly DeviceSession _session;
    private readonly int _fftLength;
    private readonly Action<AcceleratorStream, KernelConfig, StemArgs> _maskSums;
    private readonly Action<AcceleratorStream, KernelConfig, StemArgs> _normalizers;
    private readonly Action<AcceleratorStream, KernelConfig, StemArgs>? _span;
    private readonly Action<AcceleratorStream, KernelConfig, StemArgs>? _inversePart;
    private readonly Action<AcceleratorStream, KernelConfig, StemArgs>? _inverse;
    private readonly Action<AcceleratorStream, KernelConfig, StemArgs>? _overlapAdd;

    /// <param name="session">Device.</param>
    /// <param name="framing">Framing.</param>
    /// <param name="mask">True: masks; false: magnitudes with the mixture's phase.</param>
    /// <param name="maxRows">Frames times channels of a block at most.</param>
    internal StemLauncher(DeviceSession session, Framing framing, bool mask, int maxRows)
    {
        _session = session;
        _fftLength = framing.FftLength;
        if (IsStrip)
        {
            (_maskSums, _normalizers, _inverse, _overlapAdd, ScratchLength) = session.Simd switch
            {
                SimdWidth.Bits512 => LoadStrip<Vector512<float>, Lanes512>(mask),
                SimdWidth.Bits256 => LoadStrip<Vector256<float>, Lanes256>(mask),
                _ => LoadStrip<Vector128<float>, Lanes128>(mask),
            };
            return;
        }
        var accelerator = session.Accelerator;
        var methods = TileStemMethods.For(_fftLength, mask);
        _maskSums = accelerator.LoadTile<StemArgs>(TileStemKernels.MaskSums);
        _normalizers = accelerator.LoadTile<StemArgs>(TileStemKernels.Normalizers);
        ScratchLength = 1;
        if (KeepsFramesOnChip(session.Form, _fftLength, framing.HopLength))
        {
            _span = accelerator.LoadTile(methods.Span!);
            return;
        }
        _inverse = accelerator.LoadTile(methods.Inverse);
        _overlapAdd = accelerator.LoadTile<StemArgs>(TileStemKernels.OverlapAdd);
        if (_fftLength <= StftLauncher.OneLaunchLength) return;
        _inversePart = accelerator.LoadTile<StemArgs>(mask ? TileStemKernels.InversePart<MaskReconstruction> : TileStemKernels.InversePart<MagnitudeReconstruction>);
        ScratchLength = maxRows * (long)_fftLength;
    }

    /// <summary>Floats of <see cref="StemArgs.Scratch"/> that a launch needs.</summary>
    internal long ScratchLength { get; }

    /// <summary>The same, at most, without a launcher.</summary>
    internal static long ScratchLengthOf(DeviceSession session, int fftLength, int maxRows) => session.Form == KernelForm.Strip
        ? session.Accelerator.NumMultiprocessors * StripStemKernels.ScratchLength(fftLength, (int)session.Simd / 32)
        : fftLength > StftLauncher.OneLaunchLength ? maxRows * (long)fftLength : 1;

    /// <summary>A group of one thread for each thread in use (strip form), none of which has done anything yet.</summary>
    private KernelConfig AllThreads(in StemArgs args)
    {
        args.Progress.MemSetToZero(_session.Stream);
        return new(_session.Accelerator.NumMultiprocessors, 1);
    }

    private bool IsStrip => _session.Form == KernelForm.Strip;

    /// <summary>
    /// True where one launch goes from spectrum to samples and <see cref="StemArgs.Frames"/> is not used: in tile form, for frames whose
    /// samples fit into shared memory. At tiny hops a span has many frames and a block few spans; then a group a frame is quicker.
    /// </summary>
    internal static bool KeepsFramesOnChip(KernelForm form, int fftLength, int hopLength) =>
        form == KernelForm.Tile && fftLength <= TileStemMethods.LongestSpanTransform && 32L * hopLength >= fftLength;

    /// <summary>What all components of a block share: the largest share and the scale of each cell (masks only), normalizers.</summary>
    internal IEnumerable<StemLaunch> Block(StemArgs args, bool mask)
    {
        if (mask) yield return new(StemKernel.MaskSums, () => _maskSums(_session.Stream, new KernelConfig(args.FrameCount * args.MasksOfAFrame, IsStrip ? 1 : Group), args));
        yield return new(StemKernel.Normalizers, () => _normalizers(_session.Stream, IsStrip ? AllThreads(args) : new KernelConfig((args.SampleCount + Group - 1) / Group, Group), args));
    }

    /// <summary>The samples of the launch's components.</summary>
    internal IEnumerable<StemLaunch> Stems(StemArgs args)
    {
        if (_span is null)
        {
            yield return new(StemKernel.Inverse, () => EnqueueInverse(args));
            yield return new(StemKernel.OverlapAdd, () => EnqueueOverlapAdd(args));
            yield break;
        }
        int span = TileSpanKernel.SpanLengths * _fftLength;
        var config = new KernelConfig(((args.SampleCount + span - 1) / span, args.Channels, args.ComponentCount), (FftPlans.Threads(_fftLength / 2), 1, 1));
        yield return new(StemKernel.Span, () => _span(_session.Stream, config, args));
    }

    private void EnqueueInverse(StemArgs args)
    {
        int rows = args.FrameCount * args.Channels;
        if (IsStrip)
        {
            _inverse!(_session.Stream, AllThreads(args), args);
            return;
        }
        int group = FftPlans.Threads(Math.Min(_fftLength / 2, FftPlans.MostPoints));
        if (_inversePart is null)
        {
            _inverse!(_session.Stream, new KernelConfig((rows, args.ComponentCount, 1), (group, 1, 1)), args);
            return;
        }
        // The parts of one component at a time, so that the scratch stays that of one.
        int parts = _fftLength / 2 / FftPlans.MostPoints, first = args.FirstComponent, count = args.ComponentCount;
        long frames = (long)rows * _fftLength;
        var all = args.Frames;
        for (int k = 0; k < count; k++)
        {
            args.FirstComponent = first + k;
            args.ComponentCount = 1;
            args.Frames = all.SubView(k * frames, frames);
            _inversePart(_session.Stream, new KernelConfig((rows, 1, parts), (group, 1, 1)), args);
            _inverse!(_session.Stream, new KernelConfig((rows, 1, 1), (group, 1, 1)), args);
        }
    }

    private void EnqueueOverlapAdd(StemArgs args) => _overlapAdd!(
        _session.Stream,
        IsStrip ? AllThreads(args) : new KernelConfig(((args.SampleCount + Group - 1) / Group, args.Channels, args.ComponentCount), (Group, 1, 1)),
        args);

    private (Action<AcceleratorStream, KernelConfig, StemArgs> MaskSums, Action<AcceleratorStream, KernelConfig, StemArgs> Weights, Action<AcceleratorStream, KernelConfig, StemArgs> Inverse, Action<AcceleratorStream, KernelConfig, StemArgs> OverlapAdd, long Scratch)
        LoadStrip<TVector, TLanes>(bool mask)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        var accelerator = _session.Accelerator;
        return (
            accelerator.LoadKernel<StemArgs>(StripStemKernels.MaskSums<TVector, TLanes>),
            accelerator.LoadKernel<StemArgs>(StripOverlapAdd.Weights<TVector, TLanes>),
            mask
                ? accelerator.LoadKernel<StemArgs>(StripStemKernels.Inverse<TVector, TLanes, MaskReconstruction>)
                : accelerator.LoadKernel<StemArgs>(StripStemKernels.Inverse<TVector, TLanes, MagnitudeReconstruction>),
            accelerator.LoadKernel<StemArgs>(StripOverlapAdd.Run<TVector, TLanes>),
            accelerator.NumMultiprocessors * StripStemKernels.ScratchLength(_fftLength, TLanes.Count));
    }
}
