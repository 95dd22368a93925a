using System.Runtime.Intrinsics;
using GpuNmf.Devices;
using GpuNmf.Kernels.Fft;
using ILGPU;
using ILGPU.Runtime;

namespace GpuNmf.Kernels.Stft;

/// <summary>Loads and launches the forward transform of one length.</summary>
internal sealed class StftLauncher
{
    /// <summary>Longest transform that one launch does.</summary>
    internal const int OneLaunchLength = 2 * FftPlans.MostPoints;

    /// <summary>Rows of one channel whose parts are kept at a time, 32 MiB at most; a row of more channels takes more.</summary>
    private const int ScratchRows = 256;

    private readonly DeviceSession _session;
    private readonly int _fftLength;
    private readonly int _group;
    private readonly Action<AcceleratorStream, KernelConfig, StftArgs> _magnitudes;
    private readonly Action<AcceleratorStream, KernelConfig, StftArgs> _spectrum;
    private readonly Action<AcceleratorStream, KernelConfig, StftArgs>? _parts;

    /// <param name="session">Device.</param>
    /// <param name="fftLength">Transform length.</param>
    /// <param name="channels">Most channels of a row.</param>
    internal StftLauncher(DeviceSession session, int fftLength, int channels)
    {
        _session = session;
        _fftLength = fftLength;
        _group = FftPlans.Threads(Math.Min(fftLength / 2, FftPlans.MostPoints));
        if (session.Form == KernelForm.Tile && fftLength > OneLaunchLength) _parts = session.Accelerator.LoadTile<StftArgs>(TileStftKernel.Part);
        (_magnitudes, _spectrum, ScratchLength) = (session.Form, session.Simd) switch
        {
            (KernelForm.Tile, _) => LoadTile(channels),
            (_, SimdWidth.Bits512) => LoadStrip<Vector512<float>, Lanes512>(),
            (_, SimdWidth.Bits256) => LoadStrip<Vector256<float>, Lanes256>(),
            _ => LoadStrip<Vector128<float>, Lanes128>(),
        };
    }

    /// <summary>Floats of <see cref="StftArgs.Scratch"/> that a launch needs.</summary>
    internal long ScratchLength { get; }

    /// <summary>The same without a launcher.</summary>
    internal static long ScratchLengthOf(DeviceSession session, int fftLength, int channels) => session.Form == KernelForm.Strip
        ? session.Accelerator.NumMultiprocessors * StripStftKernel.ScratchLength(fftLength, (int)session.Simd / 32)
        : fftLength > OneLaunchLength ? Math.Max(ScratchRows, channels) * (long)fftLength : 1;

    /// <summary>Enqueues rows of magnitudes: the root of the mean power over the channels of a row.</summary>
    internal void EnqueueMagnitudes(StftArgs args) => Launch(_magnitudes, args);

    /// <summary>Enqueues rows of the complex spectrum, one channel a row.</summary>
    internal void EnqueueSpectrum(StftArgs args) => Launch(_spectrum, args);

    private void Launch(Action<AcceleratorStream, KernelConfig, StftArgs> kernel, StftArgs args)
    {
        if (_session.Form == KernelForm.Strip)
        {
            kernel(_session.Stream, new KernelConfig(_session.Accelerator.NumMultiprocessors, 1), args);
            return;
        }
        if (_parts is null)
        {
            kernel(_session.Stream, new KernelConfig(args.Rows, _group), args);
            return;
        }
        int parts = _fftLength / 2 / FftPlans.MostPoints, rows = args.Rows;
        int atATime = (int)(ScratchLength / ((long)_fftLength * args.ChannelsOfARow));
        for (int done = 0; done < rows; done += args.Rows)
        {
            args.Rows = Math.Min(atATime, rows - done);
            _parts(_session.Stream, new KernelConfig((args.Rows, args.ChannelsOfARow * parts, 1), (_group, 1, 1)), args);
            kernel(_session.Stream, new KernelConfig(args.Rows, _group), args);
            args.FirstRow += args.Rows;
            args.OutputRow += args.Rows;
        }
    }

    private (Action<AcceleratorStream, KernelConfig, StftArgs> Magnitudes, Action<AcceleratorStream, KernelConfig, StftArgs> Spectrum, long Scratch) LoadTile(int channels)
    {
        var (magnitudes, spectrum) = TileStftMethods.For(_fftLength);
        return (_session.Accelerator.LoadTile(magnitudes), _session.Accelerator.LoadTile(spectrum), _parts is null ? 1 : Math.Max(ScratchRows, channels) * (long)_fftLength);
    }

    private (Action<AcceleratorStream, KernelConfig, StftArgs> Magnitudes, Action<AcceleratorStream, KernelConfig, StftArgs> Spectrum, long Scratch)
        LoadStrip<TVector, TLanes>()
        where TVector : unmanaged
        where TLanes : ILanes<TVector> =>
        (_session.Accelerator.LoadKernel<StftArgs>(StripStftKernel.Run<TVector, TLanes, MagnitudeOutput>),
            _session.Accelerator.LoadKernel<StftArgs>(StripStftKernel.Run<TVector, TLanes, SpectrumOutput>),
            _session.Accelerator.NumMultiprocessors * StripStftKernel.ScratchLength(_fftLength, TLanes.Count));
}
