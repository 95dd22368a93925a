using GpuNmf.Audio;
using GpuNmf.Reference;

namespace GpuNmf.Tests;

/// <summary>Small recordings that are a function of a seed.</summary>
internal static class TestSignals
{
    internal const int RateHz = 8000;

    /// <summary>White noise with its peak at 1, in float32.</summary>
    internal static float[] Noise(int samples, ulong seed)
    {
        var random = new CounterRandom(seed, 0);
        return WithPeakOne(samples, n => random.Bipolar(n));
    }

    /// <summary>Three decaying tones that strike at different times: something to separate. The peak is 1.</summary>
    internal static float[] Tones(int samples, ulong seed)
    {
        var random = new CounterRandom(seed, 1);
        int[] gaps = [997, 1499, 2203];
        double[] frequencies = [0.031 + 0.01 * random.Uniform(0), 0.087, 0.19];
        return WithPeakOne(samples, n =>
        {
            double sum = 0.001 * random.Bipolar(n + 1);
            for (int i = 0; i < gaps.Length; i++)
            {
                int since = n % gaps[i];
                sum += Math.Exp(-since / 300.0) * Math.Sin(2 * Math.PI * frequencies[i] * since);
            }
            return sum;
        });
    }

    /// <summary>Channels side by side as one recording.</summary>
    internal static AudioBuffer Recording(params float[][] channels)
    {
        var interleaved = new float[channels[0].Length * channels.Length];
        for (int c = 0; c < channels.Length; c++)
            for (int n = 0; n < channels[c].Length; n++)
                interleaved[n * channels.Length + c] = channels[c][n];
        return new AudioBuffer(interleaved, channels.Length, RateHz);
    }

    internal static double[] Widen(ReadOnlySpan<float> values)
    {
        var wide = new double[values.Length];
        for (int i = 0; i < wide.Length; i++) wide[i] = values[i];
        return wide;
    }

    internal static float[] Narrow(double[] values) => Array.ConvertAll(values, v => (float)v);

    private static float[] WithPeakOne(int samples, Func<int, double> at)
    {
        var values = new double[samples];
        for (int n = 0; n < samples; n++) values[n] = at(n);
        double peak = values.Max(Math.Abs);
        return Array.ConvertAll(values, v => (float)(v / peak));
    }
}
