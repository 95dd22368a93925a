namespace GpuNmf.Reference;

/// <summary>
/// An endless recording of kick, snare and hi-hat whose parts are known exactly. It is a pure function of (seed, rate, channels):
/// the same sample has the same bits whatever block it is rendered in. The peak stays below 1, and the first hit is at sample 0.
/// </summary>
public sealed class DrumMachine
{
    private const double JitterSeconds = 0.010;
    private const double LowestVelocity = 0.35;

    private static readonly string[] PartNames = ["kick", "snare", "hihat"];
    private static readonly double[] Levels = [0.45, 0.30, 0.20];
    // Places of the drums as an angle between left (0) and right (pi / 2); the gains are its cosine and sine.
    private static readonly double[] Angles = [0.25 * Math.PI, 0.13 * Math.PI, 0.39 * Math.PI];

    private readonly DrumVoice[] _voices;
    private readonly CounterRandom[] _hits;
    private readonly float[][] _gains;
    private readonly int _step;
    private readonly int _longest;

    /// <summary>Synthesises the one-shots; <see cref="Render(long, int)"/> places them.</summary>
    /// <param name="seed">Chooses tempo, pattern, velocities and noise.</param>
    /// <param name="sampleRateHz">4000..192000 Hz.</param>
    /// <param name="channels">1, or 2 with every drum at a place of its own.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value lies outside its documented range.</exception>
    public DrumMachine(ulong seed, int sampleRateHz = 44100, int channels = 1)
    {
        if (sampleRateHz is < 4000 or > 192000)
            throw new ArgumentOutOfRangeException(nameof(sampleRateHz), sampleRateHz, "The rate must lie in 4000..192000 Hz.");
        if (channels is < 1 or > 2) throw new ArgumentOutOfRangeException(nameof(channels), channels, "There are 1 or 2 channels.");
        SampleRateHz = sampleRateHz;
        Channels = channels;
        double beatsPerMinute = 90 + 50 * new CounterRandom(seed, 0).Uniform(0);
        _step = (int)(sampleRateHz * 60 / (4 * beatsPerMinute));
        int smallestGap = _step - (int)(JitterSeconds * sampleRateHz);
        _voices =
        [
            DrumVoice.Kick(sampleRateHz, Levels[0], smallestGap),
            DrumVoice.Snare(sampleRateHz, new CounterRandom(seed, 11), Levels[1], smallestGap),
            DrumVoice.HiHat(sampleRateHz, new CounterRandom(seed, 12), Levels[2], smallestGap),
        ];
        _hits = [new(seed, 1), new(seed, 2), new(seed, 3)];
        _gains = [.. Angles.Select(a => channels == 1 ? [1f] : new[] { (float)Math.Cos(a), (float)Math.Sin(a) })];
        _longest = _voices.Max(voice => voice.Length);
    }

    /// <summary>kick, snare, hihat.</summary>
    public static IReadOnlyList<string> Names => PartNames;

    /// <summary>Sampling rate in hertz.</summary>
    public int SampleRateHz { get; }

    /// <summary>1 or 2.</summary>
    public int Channels { get; }

    /// <summary>The first samples of the recording.</summary>
    /// <param name="samples">Samples per channel.</param>
    public DrumRecording Render(int samples) => Render(0, samples);

    /// <summary>The samples from a position on.</summary>
    /// <param name="start">Position of the first sample, from 0.</param>
    /// <param name="samples">Samples per channel.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative position or length.</exception>
    public DrumRecording Render(long start, int samples)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(samples);
        int length = checked(samples * Channels);
        var parts = new float[_voices.Length][];
        for (int part = 0; part < parts.Length; part++)
        {
            parts[part] = new float[length];
            AddHits(part, start, samples, parts[part]);
        }
        var mixture = new float[length];
        for (int i = 0; i < length; i++) mixture[i] = parts[0][i] + parts[1][i] + parts[2][i];
        return new DrumRecording(SampleRateHz, Channels, mixture, parts);
    }

    // Hits are added in the order of time, so a sample's sum has the same order in every block.
    private void AddHits(int part, long start, int samples, float[] interleaved)
    {
        long firstStep = Math.Max(0, (start - _longest) / _step - 1);
        for (long step = firstStep; step * _step < start + samples; step++)
        {
            if (_hits[part].Uniform(4 * step) >= Chance(part, step)) continue;
            double jitter = step == 0 ? 0 : JitterSeconds * _hits[part].Uniform(4 * step + 1);
            double velocity = LowestVelocity + (1 - LowestVelocity) * _hits[part].Uniform(4 * step + 2);
            int take = (int)(_hits[part].Bits(4 * step + 3) % DrumVoice.Takes);
            long at = step * _step + (long)(jitter * SampleRateHz);
            AddShot(_voices[part].Take(take), at - start, _gains[part], (float)velocity, interleaved);
        }
    }

    private void AddShot(ReadOnlySpan<float> shot, long at, float[] gains, float velocity, float[] interleaved)
    {
        long from = Math.Max(0, -at), to = Math.Min(shot.Length, interleaved.Length / Channels - at);
        for (int channel = 0; channel < Channels; channel++)
        {
            float gain = velocity * gains[channel];
            for (long n = from; n < to; n++) interleaved[(at + n) * Channels + channel] += gain * shot[(int)n];
        }
    }

    // A rock pattern with exceptions: kick on the beat, snare on 2 and 4, hi-hat on the eighths.
    private static double Chance(int part, long step) => part switch
    {
        0 => step == 0 ? 1 : step % 4 == 0 ? 0.8 : 0.15,
        1 => step % 8 == 4 ? 0.9 : 0.08,
        _ => step % 2 == 0 ? 0.85 : 0.35,
    };
}
