namespace GpuNmf.Reference;

/// <summary>A stretch of the drum machine's output: the mixture and the exact parts that it is the sum of.</summary>
public sealed class DrumRecording
{
    private readonly float[][] _parts;

    internal DrumRecording(int sampleRateHz, int channels, float[] mixture, float[][] parts)
    {
        SampleRateHz = sampleRateHz;
        Channels = channels;
        Mixture = mixture;
        _parts = parts;
    }

    /// <summary>Sampling rate in hertz.</summary>
    public int SampleRateHz { get; }

    /// <summary>1 or 2.</summary>
    public int Channels { get; }

    /// <summary>Samples per channel.</summary>
    public int Samples => Mixture.Length / Channels;

    /// <summary>Interleaved; (kick + snare) + hi-hat, added in float32.</summary>
    public float[] Mixture { get; }

    /// <summary>Interleaved, in the order of <see cref="DrumMachine.Names"/>.</summary>
    public IReadOnlyList<float[]> Parts => _parts;

    /// <summary>One channel of the mixture.</summary>
    /// <param name="channel">0..Channels - 1.</param>
    public float[] MixtureChannel(int channel) => Channel(Mixture, channel);

    /// <summary>One channel of one part.</summary>
    /// <param name="part">0 kick, 1 snare, 2 hi-hat.</param>
    /// <param name="channel">0..Channels - 1.</param>
    public float[] PartChannel(int part, int channel) => Channel(_parts[part], channel);

    private float[] Channel(float[] interleaved, int channel)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)channel, (uint)Channels, nameof(channel));
        var one = new float[Samples];
        for (int n = 0; n < one.Length; n++) one[n] = interleaved[n * Channels + channel];
        return one;
    }
}
