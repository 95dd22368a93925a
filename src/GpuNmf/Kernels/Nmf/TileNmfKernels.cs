using GpuNmf.Devices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace GpuNmf.Kernels.Nmf;

/// <summary>Loads and launches the tile kernels: one pass up to rank 12, above it one kernel for each factor.</summary>
internal sealed class TileNmfKernels : INmfKernels
{
    private readonly DeviceSession _session;
    private readonly NmfGeometry _geometry;
    private readonly double _beta;
    private readonly TileForms _forms;
    private readonly TileNmfMethods _methods;
    private readonly Dictionary<PassKind, Action<AcceleratorStream, KernelConfig, PassArgs>[]> _passes;
    private readonly Action<AcceleratorStream, KernelConfig, PassArgs>? _activations;
    private readonly Action<AcceleratorStream, KernelConfig, FinishArgs>? _finish;
    private readonly Action<AcceleratorStream, KernelConfig, FactorSumArgs>? _sums;
    private readonly Action<AcceleratorStream, KernelConfig, SliceTreeArgs>? _reduce;
    private readonly Action<AcceleratorStream, KernelConfig, TemplateArgs> _templates;
    private readonly Action<AcceleratorStream, KernelConfig, DescentPassArgs>? _descent;

    /// <param name="session">Device.</param>
    /// <param name="geometry">Shape.</param>
    /// <param name="beta">beta.</param>
    /// <param name="forms">Forms of the kernels; null chooses those that suit the device and the shape.</param>
    /// <param name="descends">True: coordinate descent (beta 2).</param>
    internal TileNmfKernels(DeviceSession session, NmfGeometry geometry, double beta, TileForms? forms = null, bool descends = false)
    {
        _session = session;
        _geometry = geometry;
        _beta = beta;
        _forms = forms ?? FormsFor(session, geometry, beta);
        _methods = TileNmfMethods.For(geometry.RankPitch, beta, _forms);
        var accelerator = session.Accelerator;
        int threads = _methods.Threads;
        var loaded = _methods.Passes.Values.SelectMany(kernels => kernels).Distinct().ToDictionary(kernel => kernel, kernel => accelerator.LoadTile(kernel, threads));
        _passes = _methods.Passes.ToDictionary(pass => pass.Key, pass => Array.ConvertAll(pass.Value, kernel => loaded[kernel]));
        _activations = _methods.Activations is { } activations ? accelerator.LoadTile(activations, threads) : null;
        _finish = Parts > 1 ? accelerator.LoadTile(_methods.Finish!) : null;
        _templates = accelerator.LoadTile(descends ? TileDescentKernels.Templates : _methods.Templates);
        _descent = descends ? accelerator.LoadTile<DescentPassArgs>(TileDescentKernels.Activations) : null;
        if (beta is not (1 or 2)) return;
        _sums = accelerator.LoadTile<FactorSumArgs>(beta == 2 ? TileFactorKernels.Grams : TileFactorKernels.Sums);
        _reduce = accelerator.LoadTile<SliceTreeArgs>(TileFactorKernels.ReduceSlices);
    }

    /// <summary>One partial loss a group: a slice, or a block of bins of a slice.</summary>
    public long LossLength => IsOnePass ? _geometry.Slices : (long)_geometry.Slices * BinBlocks;

    private bool IsOnePass => _activations is null;

    /// <summary>Groups that cover the bins where a kernel takes one factor.</summary>
    private int BinBlocks => (_geometry.Pitch + _methods.RowsOfAGroup - 1) / _methods.RowsOfAGroup;

    /// <summary>Parts of the bins in the activations' half.</summary>
    private int Parts => _methods.Finish is null ? 1 : _geometry.BinParts;

    public void EnqueuePass(PassKind pass, PassArgs args, int slices)
    {
        int models = args.ModelCount;
        if (_forms.Group != OnePassGroup.Small) args.XAddress = args.X.LoadEffectiveAddressAsPtr();
        if (_descent is not null) pass = EnqueueDescent(pass, args, slices);
        else if (!IsOnePass && pass != PassKind.First) EnqueueActivations(args, slices);
        var config = IsOnePass
            ? new KernelConfig(slices * models, _methods.Threads)
            : new KernelConfig((BinBlocks * models, slices, 1), (_methods.Threads, 1, 1));
        foreach (var kernel in _passes[pass]) kernel(_session.Stream, config, args);
        if (pass == PassKind.Last) return;
        EnqueueSums(new FactorSumArgs
        {
            Factor = args.Activations,
            Output = SumsOfActivations(args.Sums.ActivationSums, args.Sums.ActivationGrams),
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
            Partials = SumsOfActivations(args.Sums.ActivationSums, args.Sums.ActivationGrams),
            Models = args.Models,
            FirstModel = args.FirstModel,
            Length = args.Lengths.Slices * SumLength,
            Slices = args.Slices,
        };
        EnqueueTree(tree, models);
        int length = args.Pitch * args.RankPitch, threads = _descent is null ? length : args.Pitch;
        if (_descent is not null) EnqueueTree(tree with { Partials = args.Sums.Numerators, Length = (long)args.Lengths.Slices * length }, models, length);
        _templates(_session.Stream, new KernelConfig(((threads + group - 1) / group, models, 1), (group, 1, 1)), args);
        var sums = _beta == 2 ? args.Sums.TemplateGram : args.Sums.TemplateSums;
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
    private static TileForms FormsFor(DeviceSession session, NmfGeometry geometry, double beta)
    {
        if (session.Accelerator is not CudaAccelerator cuda) return default;
        bool suits = cuda.Architecture >= CudaArchitecture.SM_80 || !TileNmfMethods.WarpsNeedUniformRegisters(geometry.RankPitch, beta);
        bool warps = suits && geometry.SliceFrames % NmfGeometry.TileOnePassFrames == 0 && TileNmfMethods.FitWarps(geometry.RankPitch, beta);
        return new TileForms(geometry.Pitch switch
        {
            > 384 and <= 576 when warps => OnePassGroup.SixWarps,
            > 768 and <= 1152 when warps => OnePassGroup.TwelveWarps,
            _ => OnePassGroup.Small,
        }, Shuffles: suits);
    }

    /// <summary>Floats of the sums of one slice: K', or K' squared for beta 2.</summary>
    private long SumLength => _beta == 2 ? (long)_geometry.RankPitch * _geometry.RankPitch : _geometry.RankPitch;

    private ArrayView<float> SumsOfActivations(ArrayView<float> sums, ArrayView<float> grams) => _beta == 2 ? grams : sums;

    private void EnqueueSums(FactorSumArgs args, int slices, int models)
    {
        args.RankPitch = _geometry.RankPitch;
        _sums?.Invoke(_session.Stream, new KernelConfig((slices, _beta == 2 ? _geometry.RankPitch : 1, models), (TileFactorKernels.Group, 1, 1)), args);
    }

    private void EnqueueTree(SliceTreeArgs args, int models, int? columns = null)
    {
        const int group = TileFactorKernels.Group;
        args.Columns = columns ?? (int)SumLength;
        _reduce?.Invoke(_session.Stream, new KernelConfig(((args.Columns + group - 1) / group, models, 1), (group, 1, 1)), args);
    }

    /// <summary>The activations' sweep, and which pass is left: where one kernel would update both factors the first one, which leaves the activations.</summary>
    private PassKind EnqueueDescent(PassKind pass, PassArgs args, int slices)
    {
        if (pass == PassKind.First) return pass;
        int first = args.FirstSlice * args.SliceFrames, end = Math.Min(_geometry.Frames, (args.FirstSlice + slices) * args.SliceFrames);
        int blocks = (end - first + TileDescentKernels.Frames - 1) / TileDescentKernels.Frames;
        _descent!(_session.Stream, new KernelConfig(blocks * args.ModelCount, TileDescentKernels.Group), new DescentPassArgs { Pass = args, EndFrame = end });
        return IsOnePass ? PassKind.First : pass;
    }

    /// <summary>The activations' own launches: the row blocks of the slices' frames.</summary>
    private void EnqueueActivations(PassArgs args, int slices)
    {
        int first = args.FirstSlice * args.SliceFrames, end = Math.Min(_geometry.Frames, (args.FirstSlice + slices) * args.SliceFrames);
        int blocks = (end - first + _methods.RowsOfAGroup - 1) / _methods.RowsOfAGroup;
        _activations!(_session.Stream, new KernelConfig((blocks * args.ModelCount, Parts, 1), (_methods.Threads, 1, 1)), args);
        if (_finish is null) return;
        int framesOfAGroup = TileLoading.Group / args.RankPitch, groups = (end - first + framesOfAGroup - 1) / framesOfAGroup;
        _finish(_session.Stream, new KernelConfig(groups * args.ModelCount, TileLoading.Group), new FinishArgs { Pass = args, Parts = Parts, EndFrame = end });
    }
}
