using System.Runtime.Intrinsics;
using GpuNmf.Devices;
using ILGPU;
using ILGPU.Runtime;

namespace GpuNmf.Kernels.Nmf;

/// <summary>Loads and launches the strip kernels.</summary>
internal sealed class StripNmfKernels : INmfKernels
{
    private readonly DeviceSession _session;
    private readonly Dictionary<PassKind, Action<AcceleratorStream, KernelConfig, PassArgs>> _passes;
    private readonly Action<AcceleratorStream, KernelConfig, TemplateArgs> _templates;
    private readonly Action<AcceleratorStream, KernelConfig, TemplateArgs>? _gram;

    private StripNmfKernels(
        DeviceSession session,
        NmfGeometry geometry,
        Dictionary<PassKind, Action<AcceleratorStream, KernelConfig, PassArgs>> passes,
        Action<AcceleratorStream, KernelConfig, TemplateArgs> templates,
        Action<AcceleratorStream, KernelConfig, TemplateArgs>? gram)
    {
        _session = session;
        _passes = passes;
        _templates = templates;
        _gram = gram;
        LossLength = geometry.Rows;
    }

    /// <summary>One partial loss a frame.</summary>
    public long LossLength { get; }

    internal static StripNmfKernels Load(DeviceSession session, NmfGeometry geometry, double beta) => session.Simd switch
    {
        SimdWidth.Bits512 => Load<Vector512<float>, Lanes512>(session, geometry, beta),
        SimdWidth.Bits256 => Load<Vector256<float>, Lanes256>(session, geometry, beta),
        _ => Load<Vector128<float>, Lanes128>(session, geometry, beta),
    };

    public void EnqueuePass(PassKind pass, PassArgs args, int slices) => _passes[pass](_session.Stream, new KernelConfig(slices * args.ModelCount, 1), args);

    public void EnqueueTemplates(TemplateArgs args)
    {
        var config = new KernelConfig(args.Rank * args.ModelCount, 1);
        _templates(_session.Stream, config, args);
        _gram?.Invoke(_session.Stream, config, args);
    }

    private static StripNmfKernels Load<TVector, TLanes>(DeviceSession session, NmfGeometry geometry, double beta)
        where TVector : unmanaged
        where TLanes : ILanes<TVector> => beta switch
        {
            2 => Load<TVector, TLanes, Frobenius>(session, geometry),
            1 => Load<TVector, TLanes, KullbackLeibler>(session, geometry),
            0 => Load<TVector, TLanes, ItakuraSaito>(session, geometry),
            _ => Load<TVector, TLanes, AnyBeta>(session, geometry),
        };

    private static StripNmfKernels Load<TVector, TLanes, TDivergence>(DeviceSession session, NmfGeometry geometry)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
        where TDivergence : IDivergence
    {
        var accelerator = session.Accelerator;
        return new StripNmfKernels(
            session,
            geometry,
            new Dictionary<PassKind, Action<AcceleratorStream, KernelConfig, PassArgs>>
            {
                [PassKind.First] = accelerator.LoadKernel<PassArgs>(StripPassKernel.Run<TVector, TLanes, TDivergence, FirstPass>),
                [PassKind.Inner] = accelerator.LoadKernel<PassArgs>(StripPassKernel.Run<TVector, TLanes, TDivergence, InnerPass>),
                [PassKind.InnerLoss] = accelerator.LoadKernel<PassArgs>(StripPassKernel.Run<TVector, TLanes, TDivergence, InnerLossPass>),
                [PassKind.Last] = accelerator.LoadKernel<PassArgs>(StripPassKernel.Run<TVector, TLanes, TDivergence, LastPass>),
            },
            accelerator.LoadKernel<TemplateArgs>(StripTemplateKernel.Run<TVector, TLanes, TDivergence>),
            TDivergence.UsesGram ? accelerator.LoadKernel<TemplateArgs>(StripTemplateKernel.Gram<TVector, TLanes>) : null);
    }
}
