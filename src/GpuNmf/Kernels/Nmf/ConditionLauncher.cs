using System.Runtime.Intrinsics;
using GpuNmf.Devices;
using ILGPU;
using ILGPU.Runtime;

namespace GpuNmf.Kernels.Nmf;

/// <summary>Loads and launches the kernels that measure and scale X.</summary>
internal sealed class ConditionLauncher
{
    private const int RowsOfAStrip = 64;

    private readonly DeviceSession _session;
    private readonly Action<AcceleratorStream, KernelConfig, ConditionArgs> _measure;
    private readonly Action<AcceleratorStream, KernelConfig, ConditionArgs> _apply;

    internal ConditionLauncher(DeviceSession session)
    {
        _session = session;
        var accelerator = session.Accelerator;
        (_measure, _apply) = (session.Form, session.Simd) switch
        {
            (KernelForm.Tile, _) => (accelerator.LoadTile<ConditionArgs>(ConditionKernels.MeasureTile), accelerator.LoadTile<ConditionArgs>(ConditionKernels.ApplyTile)),
            (_, SimdWidth.Bits512) => LoadStrip<Vector512<float>, Lanes512>(accelerator),
            (_, SimdWidth.Bits256) => LoadStrip<Vector256<float>, Lanes256>(accelerator),
            _ => LoadStrip<Vector128<float>, Lanes128>(accelerator),
        };
    }

    /// <summary>Row sums and maxima.</summary>
    internal void EnqueueMeasure(ConditionArgs args) => Launch(_measure, args);

    /// <summary>X = max(X * scale, floor), padding untouched.</summary>
    internal void EnqueueApply(ConditionArgs args) => Launch(_apply, args);

    private void Launch(Action<AcceleratorStream, KernelConfig, ConditionArgs> kernel, ConditionArgs args)
    {
        args.StripRows = RowsOfAStrip;
        var config = _session.Form == KernelForm.Tile
            ? new KernelConfig(args.Frames, ConditionKernels.Group)
            : new KernelConfig((args.Frames + RowsOfAStrip - 1) / RowsOfAStrip, 1);
        kernel(_session.Stream, config, args);
    }

    private static (Action<AcceleratorStream, KernelConfig, ConditionArgs> Measure, Action<AcceleratorStream, KernelConfig, ConditionArgs> Apply)
        LoadStrip<TVector, TLanes>(Accelerator accelerator)
        where TVector : unmanaged
        where TLanes : ILanes<TVector> =>
        (accelerator.LoadKernel<ConditionArgs>(ConditionKernels.MeasureStrip<TVector, TLanes>),
            accelerator.LoadKernel<ConditionArgs>(ConditionKernels.ApplyStrip<TVector, TLanes>));
}
