using System.Diagnostics;
using GpuNmf.Audio;
using GpuNmf.Devices;
using GpuNmf.Kernels;
using GpuNmf.Kernels.Masking;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Kernels.Stft;
using GpuNmf.Masking;
using GpuNmf.Nmf;
using GpuNmf.Stft;

namespace GpuNmf.Benchmarks.Stages;

/// <summary>Samples and factors on the device to stems on the host: spectrum, masks, inverse transforms, overlap-add. Factors are random.</summary>
internal sealed class StemStage : IDisposable
{
    private readonly DeviceSession _session;
    private readonly AudioBuffer _recording;
    private readonly StftOptions _options = new();
    private readonly List<IDisposable> _owned = [];
    private readonly StemRenderer _renderer;
    private readonly NmfGeometry _geometry;

    internal StemStage(DeviceSession session, AudioBuffer recording, int rank)
    {
        _session = session;
        _recording = recording;
        _geometry = NmfGeometry.Of(_options.Bins, _options.FrameCount(recording.Length), rank, session.Form);
        var random = new Random(1);
        Templates = Uniform(random, _geometry.Bins, rank);
        Activations = Uniform(random, rank, _geometry.Frames);
        var signal = new DeviceSignal(session, recording);
        _owned.Add(signal);
        signal.Hold(0, recording.Length, CancellationToken.None);
        var transform = new ForwardTransform(session, _options, recording.Channels);
        _owned.Add(transform);
        var templates = Upload(session, FactorLayout.PackTemplates(Templates, _geometry, 0));
        var activations = Upload(session, FactorLayout.PackActivations(Activations, _geometry, 0));
        var mixture = new MixtureSpectrum(transform, signal);
        _renderer = new StemRenderer(session, new ReconstructionOptions(), new StemIngredients(mixture, templates, activations, _geometry));
        _owned.Add(_renderer);
    }

    internal float[,] Templates { get; }

    internal float[,] Activations { get; }

    internal Cost Cost => KernelCost.Stems(_geometry, FrameShape, _geometry.Frames, 1);

    private FrameShape FrameShape => new(_options.FftLength, _options.EffectiveHopLength, _recording.Channels);

    /// <returns>Power of (recording - sum of stems) over the power of the recording in dB.</returns>
    internal double Run(IStemSink sink) => _renderer.Render(_recording, sink, null, CancellationToken.None);

    /// <summary>All stems, which stay on the device; milliseconds of each kernel, every launch waited for.</summary>
    internal IReadOnlyDictionary<StemKernel, double> RunKernels()
    {
        var times = new Dictionary<StemKernel, double>();
        foreach (var (kernel, enqueue) in _renderer.Launches())
        {
            long start = Stopwatch.GetTimestamp();
            enqueue();
            _session.Synchronize();
            times[kernel] = times.GetValueOrDefault(kernel) + Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
        return times;
    }

    /// <summary>Bytes that the kernels of a block of samples go over.</summary>
    internal double BlockBytes => _renderer.BlockBytes;

    /// <summary>Bytes and flops of one kernel.</summary>
    internal Cost CostOf(StemKernel kernel) => KernelCost.Stem(kernel, _geometry, FrameShape, _geometry.Frames, 1);

    public void Dispose()
    {
        for (int i = _owned.Count - 1; i >= 0; i--) _owned[i].Dispose();
        _owned.Clear();
    }

    private DeviceBuffer<float> Upload(DeviceSession session, float[] values)
    {
        var buffer = session.Allocate<float>(values.Length);
        _owned.Add(buffer);
        buffer.Upload(values);
        return buffer;
    }

    private static float[,] Uniform(Random random, int rows, int columns)
    {
        var values = new float[rows, columns];
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++)
                values[i, j] = random.NextSingle() + 1e-3f;
        return values;
    }
}
