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
    private readonly Action<AcceleratorStream, KernelConfig, FactorSumArgs>? _sums, _grams;
    private readonly Action<AcceleratorStream, KernelConfig, SliceTreeArgs>? _reduce;
    private readonly Action<AcceleratorStream, KernelConfig, TemplateArgs> _templates;
    private readonly Action<AcceleratorStream, KernelConfig, DescentPassArgs>? _descent;
    private readonly Action<AcceleratorStream, KernelConfig, TemplateArgs>? _ridges, _lassos;

    /// <param name="session">Device.</param>
    /// <param name="geometry">Shape.</param>
    /// <param name="beta">beta.</param>
    /// <param name="forms">Forms of the kernels; null chooses those that suit the device and the shape.</param>
    /// <param name="descends">True: coordinate descent (beta 2).</param>
    /// <param name="sparse">True: models may have a <see cref="StepRule.Sparsity"/> above zero.</param>
    internal TileNmfKernels(DeviceSession session, NmfGeometry geometry, double beta, TileForms? forms = null, bool descends = false, bool sparse = false)
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
        _ridges = sparse ? accelerator.LoadTile<TemplateArgs>(TileFactorKernels.Ridges) : null;
        _lassos = sparse ? accelerator.LoadTile<TemplateArgs>(beta == 1 ? TileFactorKernels.Lassos<KullbackLeibler> : TileFactorKernels.Lassos<AnyBeta>) : null;
        if (beta is not (1 or 2) && !sparse) return;
        _grams = beta == 2 ? accelerator.LoadTile<FactorSumArgs>(TileFactorKernels.Grams) : null;
        _sums = beta == 1 || sparse ? accelerator.LoadTile<FactorSumArgs>(TileFactorKernels.Sums) : null;
        _reduce = accelerator.LoadTile<SliceTreeArgs>(TileFactorKernels.ReduceSlices);
    }

    /// <summary>One partial loss a group: a slice, or a block of bins of a slice.</summary>
    public long LossLength => (long)_geometry.Slices * LossesOfASlice;

    public int LossesOfASlice => IsOnePass ? 1 : BinBlocks;

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
        var sums = new FactorSumArgs
        {
            Factor = args.Activations,
            Models = args.Models,
            FirstModel = args.FirstModel,
            FactorLength = args.Lengths.Activations,
            Rows = args.Frames,
            SliceRows = args.SliceFrames,
            FirstSlice = args.FirstSlice,
        };
        if (_sums is not null) EnqueueSums(sums with { Output = args.Sums.ActivationSums, OutputLength = args.Lengths.Slices * SumLength }, slices, models);
        if (_grams is not null) EnqueueGrams(sums with { Output = args.Sums.ActivationGrams, OutputLength = args.Lengths.Slices * GramLength }, slices, models);
    }

    public void EnqueueTemplates(TemplateArgs args)
    {
        const int group = TileFactorKernels.Group;
        int models = args.ModelCount;
        var tree = new SliceTreeArgs { Models = args.Models, FirstModel = args.FirstModel };
        var ofFrames = tree with { Slices = args.Slices };
        if (_sums is not null) EnqueueTree(ofFrames with { Partials = args.Sums.ActivationSums, Length = args.Lengths.Slices * SumLength }, (int)SumLength, models);
        if (_grams is not null) EnqueueTree(ofFrames with { Partials = args.Sums.ActivationGrams, Length = args.Lengths.Slices * GramLength }, (int)GramLength, models);
        int length = args.Pitch * args.RankPitch, threads = _descent is null ? length : args.Pitch;
        if (_descent is not null) EnqueueTree(ofFrames with { Partials = args.Sums.Numerators, Length = (long)args.Lengths.Slices * length }, length, models);
        var ofComponents = new KernelConfig((args.RankPitch, models, 1), (group, 1, 1));
        _ridges?.Invoke(_session.Stream, ofComponents, args);
        _templates(_session.Stream, new KernelConfig(((threads + group - 1) / group, models, 1), (group, 1, 1)), args);
        var sums = new FactorSumArgs
        {
            Factor = args.To,
            Models = args.Models,
            FirstModel = args.FirstModel,
            FactorLength = args.Lengths.Templates,
            Rows = args.Pitch,
            SliceRows = _geometry.SliceBins,
        };
        int binSlices = _geometry.BinSlices;
        var ofBins = tree with { Slices = binSlices };
        if (_beta == 1)
        {
            EnqueueSums(sums with { Output = args.Sums.TemplateSums, OutputLength = binSlices * SumLength }, binSlices, models);
            EnqueueTree(ofBins with { Partials = args.Sums.TemplateSums, Length = binSlices * SumLength }, (int)SumLength, models);
        }
        if (_beta == 2)
        {
            EnqueueGrams(sums with { Output = args.Sums.TemplateGram, OutputLength = binSlices * GramLength }, binSlices, models);
            EnqueueTree(ofBins with { Partials = args.Sums.TemplateGram, Length = binSlices * GramLength }, (int)GramLength, models);
        }
        _lassos?.Invoke(_session.Stream, ofComponents, args);
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

    /// <summary>Floats of a factor's sums in one slice.</summary>
    private long SumLength => _geometry.RankPitch;

    /// <summary>Floats of a factor's Gram matrix in one slice.</summary>
    private long GramLength => SumLength * SumLength;

    private void EnqueueSums(FactorSumArgs args, int slices, int models)
    {
        args.RankPitch = _geometry.RankPitch;
        _sums!(_session.Stream, new KernelConfig((slices, 1, models), (TileFactorKernels.Group, 1, 1)), args);
    }

    private void EnqueueGrams(FactorSumArgs args, int slices, int models)
    {
        args.RankPitch = _geometry.RankPitch;
        _grams!(_session.Stream, new KernelConfig((slices, _geometry.RankPitch, models), (TileFactorKernels.Group, 1, 1)), args);
    }

    private void EnqueueTree(SliceTreeArgs args, int columns, int models)
    {
        const int group = TileFactorKernels.Group;
        args.Columns = columns;
        _reduce!(_session.Stream, new KernelConfig(((columns + group - 1) / group, models, 1), (group, 1, 1)), args);
    }

    /// <summary>The activations' sweep, and which pass is left: where one kernel would update both factors the first one, which leaves the activations.</summary>
    private PassKind EnqueueDescent(PassKind pass, PassArgs args, int slices)
    {
        if (pass == PassKind.First) return pass;
        int first = args.FirstSlice * args.SliceFrames, end = Math.Min(args.Frames, (args.FirstSlice + slices) * args.SliceFrames);
        int blocks = (end - first + TileDescentKernels.Frames - 1) / TileDescentKernels.Frames;
        _descent!(_session.Stream, new KernelConfig(blocks * args.ModelCount, TileDescentKernels.Group), new DescentPassArgs { Pass = args, EndFrame = end });
        return IsOnePass ? PassKind.First : pass;
    }

    /// <summary>The activations' own launches: the row blocks of the slices' frames.</summary>
    private void EnqueueActivations(PassArgs args, int slices)
    {
        int first = args.FirstSlice * args.SliceFrames, end = Math.Min(args.Frames, (args.FirstSlice + slices) * args.SliceFrames);
        int blocks = (end - first + _methods.RowsOfAGroup - 1) / _methods.RowsOfAGroup;
        _activations!(_session.Stream, new KernelConfig((blocks * args.ModelCount, Parts, 1), (_methods.Threads, 1, 1)), args);
        if (_finish is null) return;
        int framesOfAGroup = TileLoading.Group / args.RankPitch, groups = (end - first + framesOfAGroup - 1) / framesOfAGroup;
        _finish(_session.Stream, new KernelConfig(groups * args.ModelCount, TileLoading.Group), new FinishArgs { Pass = args, Parts = Parts, EndFrame = end });
    }
}
