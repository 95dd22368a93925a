using System.Runtime.Intrinsics;
using GpuNmf.Devices;
using ILGPU;
using ILGPU.Runtime;

namespace GpuNmf.Kernels.Nmf;

/// <summary>Loads and launches the contractions of X with a factor of any sign.</summary>
internal sealed class ContractionLauncher : IDisposable
{
    /// <summary>Work of one launch at most for each multiprocessor, so that a cancellation is seen soon. No result depends on it.</summary>
    private const double FlopsOfALaunch = 4e9;

    private readonly DeviceSession _session;
    private readonly NmfGeometry _geometry;
    private readonly DeviceBuffer<ModelState> _model;
    private readonly Action<AcceleratorStream, KernelConfig, ContractionArgs> _overBins, _overFrames;
    private readonly Action<AcceleratorStream, KernelConfig, ContractionArgs>? _stripTree;
    private readonly Action<AcceleratorStream, KernelConfig, SliceTreeArgs>? _tileTree;

    internal ContractionLauncher(DeviceSession session, NmfGeometry geometry)
    {
        _session = session;
        _geometry = geometry;
        var accelerator = session.Accelerator;
        if (session.Form == KernelForm.Tile)
        {
            (_overBins, _overFrames) = (accelerator.LoadTile<ContractionArgs>(TileContractions.OverBins), accelerator.LoadTile<ContractionArgs>(TileContractions.OverFrames));
            _tileTree = accelerator.LoadTile<SliceTreeArgs>(TileFactorKernels.ReduceSlices);
        }
        else
        {
            (_overBins, _overFrames, _stripTree) = session.Simd switch
            {
                SimdWidth.Bits512 => LoadStrip<Vector512<float>, Lanes512>(accelerator),
                SimdWidth.Bits256 => LoadStrip<Vector256<float>, Lanes256>(accelerator),
                _ => LoadStrip<Vector128<float>, Lanes128>(accelerator),
            };
        }
        _model = session.Allocate<ModelState>(1);
    }

    /// <summary>Floats of the partial sums over the frames.</summary>
    internal long PartialLength => (long)_geometry.Slices * _geometry.TemplateLength;

    public void Dispose() => _model.Dispose();

    /// <summary>Activations = X templates, of the frames of a block of X.</summary>
    internal void EnqueueOverBins(ContractionArgs args, CancellationToken cancellation) => EnqueueSlices(
        _overBins, args, frames => new KernelConfig((int)(((long)frames * _geometry.RankPitch / 4 + TileLoading.Group - 1) / TileLoading.Group), TileLoading.Group), cancellation);

    /// <summary>X^T activations of a block of X: its slices' partial sums.</summary>
    internal void EnqueueOverFrames(ContractionArgs args, CancellationToken cancellation) => EnqueueSlices(_overFrames, args, frames => new KernelConfig(
        (Groups(_geometry.TemplateLength / 4), (frames + _geometry.SliceFrames - 1) / _geometry.SliceFrames, 1), (TileLoading.Group, 1, 1)), cancellation);

    /// <summary>The sum of all slices' partial sums, which stands where those of the first slice were.</summary>
    internal void EnqueueTree(ContractionArgs args)
    {
        _stripTree?.Invoke(_session.Stream, new KernelConfig(_geometry.Rank, 1), Sized(args));
        _tileTree?.Invoke(_session.Stream, new KernelConfig((Groups(_geometry.TemplateLength), 1, 1), (TileLoading.Group, 1, 1)), new SliceTreeArgs
        {
            Partials = args.Partials,
            Models = _model.View,
            Length = PartialLength,
            Columns = _geometry.TemplateLength,
            Slices = _geometry.Slices,
        });
    }

    private void EnqueueSlices(
        Action<AcceleratorStream, KernelConfig, ContractionArgs> kernel, ContractionArgs args, Func<int, KernelConfig> tiles, CancellationToken cancellation)
    {
        args = Sized(args);
        double flopsOfASlice = 2.0 * _geometry.Pitch * _geometry.SliceFrames * _geometry.RankPitch;
        int ofTheBlock = (args.Frames + _geometry.SliceFrames - 1) / _geometry.SliceFrames;
        int atATime = (int)Math.Clamp(_session.Accelerator.NumMultiprocessors * FlopsOfALaunch / flopsOfASlice, 1, ofTheBlock);
        for (args.FirstSlice = 0; args.FirstSlice < ofTheBlock; args.FirstSlice += atATime)
        {
            cancellation.ThrowIfCancellationRequested();
            int slices = Math.Min(atATime, ofTheBlock - args.FirstSlice);
            args.EndFrame = Math.Min(args.Frames, (args.FirstSlice + slices) * _geometry.SliceFrames);
            var config = _session.Form == KernelForm.Strip ? new KernelConfig(slices, 1) : tiles(args.EndFrame - args.FirstSlice * _geometry.SliceFrames);
            kernel(_session.Stream, config, args);
        }
    }

    private ContractionArgs Sized(ContractionArgs args)
    {
        args.Pitch = _geometry.Pitch;
        args.Rank = _geometry.Rank;
        args.RankPitch = _geometry.RankPitch;
        args.SliceFrames = _geometry.SliceFrames;
        args.Slices = _geometry.Slices;
        args.TemplateLength = _geometry.TemplateLength;
        return args;
    }

    private static int Groups(int threads) => (threads + TileLoading.Group - 1) / TileLoading.Group;

    private static (Action<AcceleratorStream, KernelConfig, ContractionArgs> OverBins, Action<AcceleratorStream, KernelConfig, ContractionArgs> OverFrames,
        Action<AcceleratorStream, KernelConfig, ContractionArgs> Tree) LoadStrip<TVector, TLanes>(Accelerator accelerator)
        where TVector : unmanaged
        where TLanes : ILanes<TVector> =>
        (accelerator.LoadKernel<ContractionArgs>(StripContractions.OverBins<TVector, TLanes>),
            accelerator.LoadKernel<ContractionArgs>(StripContractions.OverFrames<TVector, TLanes>),
            accelerator.LoadKernel<ContractionArgs>(StripContractions.Tree<TVector, TLanes>));
}
