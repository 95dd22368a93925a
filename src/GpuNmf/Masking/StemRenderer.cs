using GpuNmf.Audio;
using GpuNmf.Devices;
using GpuNmf.Kernels;
using GpuNmf.Kernels.Masking;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Kernels.Stft;

namespace GpuNmf.Masking;

/// <summary>What the stems are made of.</summary>
/// <param name="Mixture">The recording, whose spectrum is formed again block by block.</param>
/// <param name="Templates">Templates in the form's layout, in the caller's units.</param>
/// <param name="Activations">Activations [T M][K'].</param>
/// <param name="Geometry">Shape of the factorisation.</param>
internal sealed record StemIngredients(IMixtureSpectrum Mixture, DeviceBuffer<float> Templates, DeviceBuffer<float> Activations, NmfGeometry Geometry);

/// <summary>
/// Forms the stems block by block: the mixture's spectrum again (cheaper than keeping it), masks, inverse transform, overlap-add. Every
/// sample is the sum of the same frames in the same order whatever the blocks are.
/// </summary>
internal sealed class StemRenderer : IDisposable
{
    private readonly Framing _framing;
    private readonly StemLauncher _launcher;
    private readonly StemIngredients _from;
    private readonly List<IDisposable> _owned = [];
    private readonly DeviceBuffer<float> _real, _imaginary, _peaks, _scales, _normalizers, _frames, _output, _scratch;
    private readonly DeviceBuffer<int> _progress;
    private readonly StemPiece[] _places;
    private readonly bool _usesMask;
    private readonly int _maxSamples, _componentsAtATime;
    private StemArgs _args;

    internal StemRenderer(DeviceSession session, ReconstructionOptions options, StemIngredients from)
    {
        _framing = from.Mixture.Framing;
        _from = from;
        _usesMask = options.Reconstruction == Reconstruction.Mask;
        int channels = from.Mixture.Channels, pitch = from.Geometry.Pitch;
        int masks = options.Channels == ChannelMode.Stack ? channels : 1;
        var sizes = StemSizes.Of(_framing, channels, from.Mixture.Length, from.Geometry);
        (int maxFrames, _maxSamples, _componentsAtATime) = (sizes.Frames, sizes.Samples, sizes.Components);
        BlockBytes = sizes.BlockBytes(channels, masks, pitch);
        _launcher = new StemLauncher(session, _framing, _usesMask, maxFrames * channels);
        long samplesOfAComponent = (long)channels * _maxSamples;
        try
        {
            _real = Own(session.Allocate<float>((long)maxFrames * channels * pitch));
            _imaginary = Own(session.Allocate<float>((long)maxFrames * channels * pitch));
            _peaks = Own(session.Allocate<float>((long)maxFrames * masks * pitch));
            _scales = Own(session.Allocate<float>((long)maxFrames * masks * pitch));
            _normalizers = Own(session.Allocate<float>(_maxSamples));
            _frames = Own(session.Allocate<float>(Math.Max(1, _componentsAtATime * sizes.FramesOfAComponent)));
            _output = Own(session.Allocate<float>(_componentsAtATime * samplesOfAComponent));
            _scratch = Own(session.Allocate<float>(_launcher.ScratchLength));
            _progress = Own(session.Allocate<int>(StripWork.Length(1)));
            _places = [Place(), Place()];
        }
        catch
        {
            Dispose();
            throw;
        }
        _args = Args(options, masks);

        StemPiece Place() => new(Own(session.AllocateHost<float>(_output.Length)), new float[samplesOfAComponent]);
    }

    /// <summary>Bytes of everything that a block goes over: spectrum, masks, frames, samples.</summary>
    internal long BlockBytes { get; }

    public void Dispose()
    {
        foreach (var buffer in _owned) buffer.Dispose();
        _owned.Clear();
    }

    /// <summary>Writes every stem to the sink, while the device forms the next piece.</summary>
    /// <param name="input">The recording again; read by another thread, as the mixture is.</param>
    /// <param name="sink">Receives the stems, from the calling thread.</param>
    /// <param name="progress">Told the sample frames done and those in all.</param>
    /// <param name="cancellation">Looked at between launches.</param>
    /// <returns>Power of (input - sum of stems) over the power of the input in dB.</returns>
    internal double Render(IAudioSource input, IStemSink sink, Action<long, long>? progress, CancellationToken cancellation)
    {
        int channels = _from.Mixture.Channels, rank = _from.Geometry.Rank;
        var conservation = new Conservation(channels * _maxSamples);
        sink.Begin(new StemFormat(rank, channels, input.SampleRateHz, input.Length));
        using var pieces = new StemPieces(_places, place => Form(input, place), cancellation);
        foreach (var piece in pieces.Take())
        {
            int length = channels * piece.Samples;
            if (piece.FirstComponent == 0) conservation.Begin(piece.Input.AsSpan(0, length));
            for (int k = 0; k < piece.Components; k++)
            {
                cancellation.ThrowIfCancellationRequested();
                var stem = piece.Stems.Span.Slice(k * length, length);
                conservation.Add(stem);
                sink.Write(piece.FirstComponent + k, piece.Start, stem);
            }
            if (piece.FirstComponent + piece.Components < rank) continue;
            conservation.End();
            progress?.Invoke(piece.Start + piece.Samples, input.Length);
        }
        return conservation.ResidualDb;
    }

    /// <summary>All that the device does for all stems, in the order that <see cref="Render"/> enqueues it in; nothing is taken off the device.</summary>
    internal IEnumerable<StemLaunch> Launches()
    {
        for (long start = 0; start < _from.Mixture.Length; start += _maxSamples)
        {
            foreach (var launch in Block(start, (int)Math.Min(_maxSamples, _from.Mixture.Length - start))) yield return launch;
            for (int first = 0; first < _from.Geometry.Rank; first += _componentsAtATime)
                foreach (var launch in Stems(first, Math.Min(_componentsAtATime, _from.Geometry.Rank - first))) yield return launch;
        }
    }

    /// <summary>Forms the stems: a block of samples, then the stems of as many components as fit at a time.</summary>
    private void Form(IAudioSource input, StemPieces pieces)
    {
        for (long start = 0; start < input.Length; start += _maxSamples)
        {
            int samples = (int)Math.Min(_maxSamples, input.Length - start);
            foreach (var launch in Block(start, samples)) launch.Enqueue();
            for (int first = 0; first < _from.Geometry.Rank; first += _componentsAtATime)
            {
                var piece = pieces.Place();
                piece.Start = start;
                piece.Samples = samples;
                piece.FirstComponent = first;
                piece.Components = Math.Min(_componentsAtATime, _from.Geometry.Rank - first);
                if (first == 0) input.Read(start, piece.Input.AsSpan(0, samples * input.Channels));
                RenderComponents(piece);
                pieces.Add(piece);
            }
        }
    }

    private IEnumerable<StemLaunch> Block(long start, int samples)
    {
        long first = _framing.FirstFrameOf(start), last = _framing.LastFrameOf(start + samples - 1);
        _args.FirstFrame = first;
        _args.FrameCount = (int)(last - first + 1);
        _args.FirstSample = start;
        _args.SampleCount = samples;
        return _launcher.Block(_args, _usesMask).Prepend(new(StemKernel.Spectrum, () => _from.Mixture.Enqueue(first, (int)(last - first + 1), _real, _imaginary)));
    }

    private IEnumerable<StemLaunch> Stems(int first, int count)
    {
        _args.FirstComponent = first;
        _args.ComponentCount = count;
        return _launcher.Stems(_args);
    }

    private void RenderComponents(StemPiece piece)
    {
        foreach (var launch in Stems(piece.FirstComponent, piece.Components)) launch.Enqueue();
        _output.Download(piece.Stems, piece.Components * piece.Samples * _from.Mixture.Channels);
    }

    private T Own<T>(T buffer) where T : IDisposable
    {
        _owned.Add(buffer);
        return buffer;
    }

    private StemArgs Args(ReconstructionOptions options, int masks) => new()
    {
        Real = _real.View,
        Imaginary = _imaginary.View,
        Templates = _from.Templates.View,
        Activations = _from.Activations.View,
        Peaks = _peaks.View,
        Scales = _scales.View,
        Window = _from.Mixture.Tables.Window.View,
        Twiddles = _from.Mixture.Tables.Twiddles.View,
        PassRoots = _from.Mixture.Tables.PassRoots.View,
        Normalizers = _normalizers.View,
        Scratch = _scratch.View,
        Progress = _progress.View,
        Frames = _frames.View,
        Output = _output.View,
        Components = _from.Geometry.Rank,
        RankPitch = _from.Geometry.RankPitch,
        Channels = _from.Mixture.Channels,
        MasksOfAFrame = masks,
        FftLength = _framing.FftLength,
        HopLength = _framing.HopLength,
        Lead = _framing.Lead,
        Bins = _framing.Bins,
        Pitch = _from.Geometry.Pitch,
        MaskPower = (float)options.MaskPower,
    };
}
