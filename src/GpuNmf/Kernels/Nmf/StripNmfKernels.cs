using System.Runtime.Intrinsics;
using GpuNmf.Devices;
using ILGPU;
using ILGPU.Runtime;

namespace GpuNmf.Kernels.Nmf;

/// <summary>Loads the strip kernels when they are first needed, and launches them.</summary>
internal abstract class StripNmfKernels : INmfKernels
{
    /// <summary>One partial loss a frame.</summary>
    public abstract long LossLength { get; }

    public abstract int LossesOfASlice { get; }

    internal static StripNmfKernels Load(DeviceSession session, NmfGeometry geometry, double beta, bool descends) => session.Simd switch
    {
        SimdWidth.Bits512 => Load<Vector512<float>, Lanes512>(session, geometry, beta, descends),
        SimdWidth.Bits256 => Load<Vector256<float>, Lanes256>(session, geometry, beta, descends),
        _ => Load<Vector128<float>, Lanes128>(session, geometry, beta, descends),
    };

    public abstract void EnqueuePass(PassKind pass, PassArgs args, int slices);

    public abstract void EnqueueTemplates(TemplateArgs args);

    public abstract void EnqueueIterations(IterationArgs args, PassKind last);

    public abstract void Dispose();

    private static StripNmfKernels Load<TVector, TLanes>(DeviceSession session, NmfGeometry geometry, double beta, bool descends)
        where TVector : unmanaged
        where TLanes : ILanes<TVector> => beta switch
        {
            2 when descends => new StripNmfKernels<TVector, TLanes, FrobeniusDescent>(session, geometry),
            2 => new StripNmfKernels<TVector, TLanes, Frobenius>(session, geometry),
            1 => new StripNmfKernels<TVector, TLanes, KullbackLeibler>(session, geometry),
            0 => new StripNmfKernels<TVector, TLanes, ItakuraSaito>(session, geometry),
            _ => new StripNmfKernels<TVector, TLanes, AnyBeta>(session, geometry),
        };
}

/// <summary>Those of one width and divergence.</summary>
internal sealed class StripNmfKernels<TVector, TLanes, TDivergence>(DeviceSession session, NmfGeometry geometry) : StripNmfKernels
    where TVector : unmanaged
    where TLanes : ILanes<TVector>
    where TDivergence : IDivergence
{
    private readonly Dictionary<PassKind, Action<AcceleratorStream, KernelConfig, StripPassArgs>> _passes = [];
    private readonly Dictionary<PassKind, Action<AcceleratorStream, KernelConfig, IterationArgs>> _iterations = [];
    private readonly DeviceBuffer<int> _progress = session.Allocate<int>(StripWork.Length(StripIterationKernel.Phases * IterationArgs.Most));
    private Action<AcceleratorStream, KernelConfig, TemplateArgs>? _templates, _descent, _gram;

    public override long LossLength => geometry.Rows;

    public override int LossesOfASlice => geometry.SliceFrames;

    public override void EnqueuePass(PassKind pass, PassArgs args, int slices)
    {
        _progress.Clear();
        Loaded(_passes, pass, LoadPass)(session.Stream, AllThreads, new StripPassArgs { Pass = args, Slices = slices, Progress = _progress.View });
    }

    public override void EnqueueTemplates(TemplateArgs args)
    {
        var config = new KernelConfig(args.Rank * args.ModelCount, 1);
        _templates ??= session.Accelerator.LoadKernel<TemplateArgs>(StripTemplateKernel.Run<TVector, TLanes, TDivergence>);
        _templates(session.Stream, config, args);
        if (!TDivergence.UsesGram) return;
        if (TDivergence.Descends)
        {
            _descent ??= session.Accelerator.LoadKernel<TemplateArgs>(StripDescent.Templates<TVector, TLanes>);
            _descent(session.Stream, new KernelConfig(args.Pitch / StripDescent.BinsOfAPiece * args.ModelCount, 1), args);
        }
        _gram ??= session.Accelerator.LoadKernel<TemplateArgs>(StripTemplateKernel.Gram<TVector, TLanes>);
        _gram(session.Stream, config, args);
    }

    public override void EnqueueIterations(IterationArgs args, PassKind last)
    {
        _progress.Clear();
        args.Progress = _progress.View;
        Loaded(_iterations, last, LoadIterations)(session.Stream, AllThreads, args);
    }

    public override void Dispose() => _progress.Dispose();

    /// <summary>A group of one thread for each thread in use.</summary>
    private KernelConfig AllThreads => new(session.Accelerator.NumMultiprocessors, 1);

    private static TKernel Loaded<TKernel>(Dictionary<PassKind, TKernel> kernels, PassKind pass, Func<PassKind, TKernel> load)
    {
        if (!kernels.TryGetValue(pass, out var kernel)) kernels[pass] = kernel = load(pass);
        return kernel;
    }

    private Action<AcceleratorStream, KernelConfig, StripPassArgs> LoadPass(PassKind pass) => session.Accelerator.LoadKernel<StripPassArgs>(pass switch
    {
        PassKind.First => StripPassKernel.Run<TVector, TLanes, TDivergence, FirstPass>,
        PassKind.Inner => StripPassKernel.Run<TVector, TLanes, TDivergence, InnerPass>,
        PassKind.InnerLoss => StripPassKernel.Run<TVector, TLanes, TDivergence, InnerLossPass>,
        _ => StripPassKernel.Run<TVector, TLanes, TDivergence, LastPass>,
    });

    private Action<AcceleratorStream, KernelConfig, IterationArgs> LoadIterations(PassKind last) => session.Accelerator.LoadKernel<IterationArgs>(last switch
    {
        PassKind.Inner => StripIterationKernel.Run<TVector, TLanes, TDivergence, InnerPass>,
        PassKind.InnerLoss => StripIterationKernel.Run<TVector, TLanes, TDivergence, InnerLossPass>,
        _ => StripIterationKernel.Run<TVector, TLanes, TDivergence, LastPass>,
    });
}
