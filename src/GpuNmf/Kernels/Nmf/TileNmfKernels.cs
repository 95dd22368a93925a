using GpuNmf.Devices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace GpuNmf.Kernels.Nmf;

/// <summary>Loads and launches the tile kernels: one pass up to rank 12, above it one contraction for each factor.</summary>
internal sealed class TileNmfKernels : INmfKernels
{
    private readonly DeviceSession _session;
    private readonly NmfGeometry _geometry;
    private readonly double _beta;
    private readonly OnePassGroup _group;
    private readonly int _rowsOfAGroup;
    private readonly int _threads;
    private readonly Dictionary<PassKind, Action<AcceleratorStream, KernelConfig, PassArgs>> _passes;
    private readonly Action<AcceleratorStream, KernelConfig, PassArgs>? _activations;
    private readonly Action<AcceleratorStream, KernelConfig, FactorSumArgs>? _sums;
    private readonly Action<AcceleratorStream, KernelConfig, SliceTreeArgs>? _reduce;
    private readonly Action<AcceleratorStream, KernelConfig, TemplateArgs> _templates;

    internal TileNmfKernels(DeviceSession session, NmfGeometry geometry, double beta)
    {
        _session = session;
        _geometry = geometry;
        _beta = beta;
        _group = GroupFor(session, geometry, beta);
        var methods = TileNmfMethods.For(geometry.RankPitch, beta, _group);
        _rowsOfAGroup = methods.RowsOfAGroup;
        _threads = methods.Threads;
        var accelerator = session.Accelerator;
        _passes = methods.Passes.ToDictionary(p => p.Key, p => accelerator.LoadTile(p.Value, _threads));
        _activations = methods.Activations is { } activations ? accelerator.LoadTile(activations) : null;
        _templates = accelerator.LoadTile(methods.Templates);
        if (beta is not (1 or 2)) return;
        _sums = accelerator.LoadTile<FactorSumArgs>(beta == 2 ? TileFactorKernels.Grams : TileFactorKernels.Sums);
        _reduce = accelerator.LoadTile<SliceTreeArgs>(TileFactorKernels.ReduceSlices);
    }

    /// <summary>One partial loss a group: a slice, or a block of bins of a slice.</summary>
    public long LossLength => IsOnePass ? _geometry.Slices : (long)_geometry.Slices * (_geometry.Pitch / _rowsOfAGroup);

    private bool IsOnePass => _activations is null;

    public void EnqueuePass(PassKind pass, PassArgs args, int slices)
    {
        int models = args.ModelCount;
        if (_group != OnePassGroup.Small) args.XAddress = args.X.LoadEffectiveAddressAsPtr();
        if (!IsOnePass && pass != PassKind.First) EnqueueActivations(args, slices);
        var config = IsOnePass
            ? new KernelConfig(slices * models, _threads)
            : new KernelConfig((_geometry.Pitch / _rowsOfAGroup * models, slices, 1), (_threads, 1, 1));
        _passes[pass](_session.Stream, config, args);
        if (pass == PassKind.Last) return;
        EnqueueSums(new FactorSumArgs
        {
            Factor = args.Activations,
            Output = SumsOfActivations(args.ActivationSums, args.ActivationGrams),
            Models = args.Models,
            FirstModel = args.FirstModel,
            FactorLength = args.Lengths.Activations,
            OutputLength = args.Lengths.Slices * SumLength,
            Rows = args.Frames,
            SliceRows = args.SliceFrames,
            FirstSlice = args.FirstSlice,
        }, slices, models);
    }

    public void EnqueueTemplates(TemplateArgs args)
    {
        const int group = TileFactorKernels.Group;
        int models = args.ModelCount;
        var tree = new SliceTreeArgs
        {
            Partials = SumsOfActivations(args.ActivationSums, args.ActivationGrams),
            Models = args.Models,
            FirstModel = args.FirstModel,
            Length = args.Lengths.Slices * SumLength,
            Slices = args.Slices,
        };
        EnqueueTree(tree, models);
        _templates(_session.Stream, new KernelConfig(((args.Pitch * args.RankPitch + group - 1) / group, models, 1), (group, 1, 1)), args);
        var sums = _beta == 2 ? args.TemplateGram : args.TemplateSums;
        EnqueueSums(new FactorSumArgs
        {
            Factor = args.To,
            Output = sums,
            Models = args.Models,
            FirstModel = args.FirstModel,
            FactorLength = args.Lengths.Templates,
            OutputLength = args.Lengths.BinSlices * SumLength,
            Rows = args.Pitch,
            SliceRows = _geometry.SliceBins,
        }, _geometry.BinSlices, models);
        EnqueueTree(tree with { Partials = sums, Length = args.Lengths.BinSlices * SumLength, Slices = _geometry.BinSlices }, models);
    }

    public void Dispose()
    {
        // The accelerator owns the kernels.
    }

    public void EnqueueIterations(IterationArgs args, PassKind last)
    {
        for (int i = 0; i < args.Count; i++)
        {
            EnqueueTemplates(args.Step(i));
            EnqueuePass(i + 1 < args.Count ? PassKind.Inner : last, args.Pass(i), _geometry.Slices);
        }
    }

    /// <summary>
    /// Groups of many warps need shuffles, which only CUDA has, columns for most of their threads, and frames enough for a tile of 48 on every
    /// processor: recordings of more than 16384 frames.
    /// </summary>
    private static OnePassGroup GroupFor(DeviceSession session, NmfGeometry geometry, double beta) =>
        session.Accelerator is not CudaAccelerator || geometry.SliceFrames % NmfGeometry.TileOnePassFrames != 0 || !TileNmfMethods.FitWarps(geometry.RankPitch, beta)
            ? OnePassGroup.Small
            : geometry.Pitch switch
            {
                > 384 and <= 576 => OnePassGroup.SixWarps,
                > 768 and <= 1152 => OnePassGroup.TwelveWarps,
                _ => OnePassGroup.Small,
            };

    /// <summary>Floats of the sums of one slice: K', or K' squared for beta 2.</summary>
    private long SumLength => _beta == 2 ? (long)_geometry.RankPitch * _geometry.RankPitch : _geometry.RankPitch;

    private ArrayView<float> SumsOfActivations(ArrayView<float> sums, ArrayView<float> grams) => _beta == 2 ? grams : sums;

    private void EnqueueSums(FactorSumArgs args, int slices, int models)
    {
        args.RankPitch = _geometry.RankPitch;
        _sums?.Invoke(_session.Stream, new KernelConfig((slices, _beta == 2 ? _geometry.RankPitch : 1, models), (TileFactorKernels.Group, 1, 1)), args);
    }

    private void EnqueueTree(SliceTreeArgs args, int models)
    {
        const int group = TileFactorKernels.Group;
        args.Columns = (int)SumLength;
        _reduce?.Invoke(_session.Stream, new KernelConfig(((args.Columns + group - 1) / group, models, 1), (group, 1, 1)), args);
    }

    /// <summary>The activations' own launch: the row blocks of the slices' frames.</summary>
    private void EnqueueActivations(PassArgs args, int slices)
    {
        int first = args.FirstSlice * args.SliceFrames, end = Math.Min(_geometry.Rows, (args.FirstSlice + slices) * args.SliceFrames);
        int blocks = (end - first + _rowsOfAGroup - 1) / _rowsOfAGroup;
        _activations!(_session.Stream, new KernelConfig(blocks * args.ModelCount, TileContractionKernel.Group), args);
    }
}
