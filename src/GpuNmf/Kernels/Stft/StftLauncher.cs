using System.Runtime.Intrinsics;
using GpuNmf.Devices;
using ILGPU;
using ILGPU.Runtime;

namespace GpuNmf.Kernels.Stft;

/// <summary>Loads and launches the forward transform of one length.</summary>
internal sealed class StftLauncher
{
    private readonly DeviceSession _session;
    private readonly int _fftLength;
    private readonly Action<AcceleratorStream, KernelConfig, StftArgs> _magnitudes;
    private readonly Action<AcceleratorStream, KernelConfig, StftArgs> _spectrum;

    internal StftLauncher(DeviceSession session, int fftLength)
    {
        _session = session;
        _fftLength = fftLength;
        (_magnitudes, _spectrum, ScratchLength) = (session.Form, session.Simd) switch
        {
            (KernelForm.Tile, _) => throw new NotImplementedException(),
            (_, SimdWidth.Bits512) => LoadStrip<Vector512<float>, Lanes512>(),
            (_, SimdWidth.Bits256) => LoadStrip<Vector256<float>, Lanes256>(),
            _ => LoadStrip<Vector128<float>, Lanes128>(),
        };
    }

    /// <summary>Floats of <see cref="StftArgs.Scratch"/> that a launch needs.</summary>
    internal long ScratchLength { get; }

    /// <summary>Enqueues rows of magnitudes: the root of the mean power over the channels of a row.</summary>
    internal void EnqueueMagnitudes(StftArgs args) => Launch(_magnitudes, args);

    /// <summary>Enqueues rows of the complex spectrum, one channel a row.</summary>
    internal void EnqueueSpectrum(StftArgs args) => Launch(_spectrum, args);

    private void Launch(Action<AcceleratorStream, KernelConfig, StftArgs> kernel, StftArgs args) =>
        kernel(_session.Stream, new KernelConfig(_session.Accelerator.NumMultiprocessors, 1), args);

    private (Action<AcceleratorStream, KernelConfig, StftArgs> Magnitudes, Action<AcceleratorStream, KernelConfig, StftArgs> Spectrum, long Scratch)
        LoadStrip<TVector, TLanes>()
        where TVector : unmanaged
        where TLanes : ILanes<TVector> =>
        (_session.Accelerator.LoadKernel<StftArgs>(StripStftKernel.Run<TVector, TLanes, MagnitudeOutput>),
            _session.Accelerator.LoadKernel<StftArgs>(StripStftKernel.Run<TVector, TLanes, SpectrumOutput>),
            _session.Accelerator.NumMultiprocessors * StripStftKernel.ScratchLength(_fftLength, TLanes.Count));
}
