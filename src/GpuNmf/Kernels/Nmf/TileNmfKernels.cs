using GpuNmf.Devices;
using ILGPU;
using ILGPU.Runtime;

namespace GpuNmf.Kernels.Nmf;

/// <summary>Loads and launches the tile kernels: one pass up to rank 12, above it one contraction for each factor.</summary>
internal sealed class TileNmfKernels : INmfKernels
{
    private readonly DeviceSession _session;
    private readonly NmfGeometry _geometry;
    private readonly double _beta;
    private readonly int _rowsOfAGroup;
    private readonly Dictionary<PassKind, Action<AcceleratorStream, KernelConfig, PassArgs>> _passes;
    private readonly Action<AcceleratorStream, KernelConfig, PassArgs>? _activations;
    private readonly Action<AcceleratorStream, KernelConfig, FactorSumArgs>? _sums;
    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<float>, int, int>? _reduce;
    private readonly Action<AcceleratorStream, KernelConfig, TemplateArgs> _templates;

    internal TileNmfKernels(DeviceSession session, NmfGeometry geometry, double beta)
    {
        _session = session;
        _geometry = geometry;
        _beta = beta;
        var methods = TileNmfMethods.For(geometry.RankPitch, beta);
        _rowsOfAGroup = methods.RowsOfAGroup;
        var accelerator = session.Accelerator;
        _passes = methods.Passes.ToDictionary(p => p.Key, p => accelerator.LoadTile(p.Value));
        _activations = methods.Activations is { } activations ? accelerator.LoadTile(activations) : null;
        _templates = accelerator.LoadTile(methods.Templates);
        if (beta is not (1 or 2)) return;
        _sums = accelerator.LoadTile<FactorSumArgs>(beta == 2 ? TileFactorKernels.Grams : TileFactorKernels.Sums);
        _reduce = accelerator.LoadKernel<ArrayView<float>, int, int>(TileFactorKernels.ReduceSlices, TileLoading.Specialization);
    }

    /// <summary>One partial loss a group: a slice, or a block of bins of a slice.</summary>
    public long LossLength => IsOnePass ? _geometry.Slices : (long)_geometry.Slices * (_geometry.Pitch / _rowsOfAGroup);

    private bool IsOnePass => _activations is null;

    public void EnqueuePass(PassKind pass, PassArgs args, int slices)
    {
        const int group = TileOnePassKernel.Group;
        if (!IsOnePass && pass != PassKind.First) EnqueueActivations(args, slices);
        var config = IsOnePass ? new KernelConfig(slices, group) : new KernelConfig((_geometry.Pitch / _rowsOfAGroup, slices, 1), (group, 1, 1));
        _passes[pass](_session.Stream, config, args);
        if (pass != PassKind.Last)
            EnqueueSums(args.Activations, _beta == 2 ? args.ActivationGrams : args.ActivationSums, args.Frames, args.SliceFrames, args.FirstSlice, slices);
    }

    public void EnqueueTemplates(TemplateArgs args)
    {
        const int group = TileFactorKernels.Group;
        EnqueueReduce(_beta == 2 ? args.ActivationGrams : args.ActivationSums, args.Slices);
        _templates(_session.Stream, new KernelConfig((args.Pitch * args.RankPitch + group - 1) / group, group), args);
        var sums = _beta == 2 ? args.TemplateGram : args.TemplateSums;
        EnqueueSums(args.To, sums, args.Pitch, _geometry.SliceBins, 0, _geometry.BinSlices);
        EnqueueReduce(sums, _geometry.BinSlices);
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

    private void EnqueueSums(ArrayView<float> factor, ArrayView<float> output, int rows, int sliceRows, int firstSlice, int slices)
    {
        const int group = TileFactorKernels.Group;
        var args = new FactorSumArgs { Factor = factor, Output = output, Rows = rows, SliceRows = sliceRows, FirstSlice = firstSlice, RankPitch = _geometry.RankPitch };
        _sums?.Invoke(_session.Stream, _beta == 2 ? new KernelConfig((slices, _geometry.RankPitch, 1), (group, 1, 1)) : new KernelConfig(slices, group), args);
    }

    private void EnqueueReduce(ArrayView<float> partials, int slices)
    {
        const int group = TileFactorKernels.Group;
        int columns = _beta == 2 ? _geometry.RankPitch * _geometry.RankPitch : _geometry.RankPitch;
        _reduce?.Invoke(_session.Stream, new KernelConfig((columns + group - 1) / group, group), partials, columns, slices);
    }

    /// <summary>The activations' own launch: the row blocks of the slices' frames.</summary>
    private void EnqueueActivations(PassArgs args, int slices)
    {
        int first = args.FirstSlice * args.SliceFrames, end = Math.Min(_geometry.Rows, (args.FirstSlice + slices) * args.SliceFrames);
        // A group's block index counts from frame 0, so the launch shifts the views instead.
        long row = first;
        args.X = args.X.SubView(row * args.Pitch, args.X.Length - row * args.Pitch);
        args.ActivationsFrom = args.ActivationsFrom.SubView(row * args.RankPitch, args.ActivationsFrom.Length - row * args.RankPitch);
        args.Activations = args.Activations.SubView(row * args.RankPitch, args.Activations.Length - row * args.RankPitch);
        args.FirstSlice = 0;
        _activations!(_session.Stream, new KernelConfig((end - first + _rowsOfAGroup - 1) / _rowsOfAGroup, TileContractionKernel.Group), args);
    }
}
