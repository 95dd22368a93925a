namespace GpuNmf.Stft;

/// <summary>Window functions of a frame.</summary>
internal static class WindowFunctions
{
    /// <summary>The window of <see cref="StftOptions.EffectiveWindowLength"/> samples, centred in <see cref="StftOptions.FftLength"/> zeros, as librosa pads it.</summary>
    internal static float[] Frame(StftOptions options)
    {
        var frame = new float[options.FftLength];
        int length = options.EffectiveWindowLength, start = (options.FftLength - length) / 2;
        for (int n = 0; n < length; n++) frame[start + n] = (float)Periodic(options.Window, n, length);
        return frame;
    }

    /// <summary>Value n of a periodic window of N samples.</summary>
    private static double Periodic(WindowKind kind, int n, int length)
    {
        double angle = 2 * Math.PI * n / length;
        return kind switch
        {
            WindowKind.Hann => 0.5 - 0.5 * Math.Cos(angle),
            WindowKind.Hamming => 0.54 - 0.46 * Math.Cos(angle),
            WindowKind.Blackman => 0.42 - 0.5 * Math.Cos(angle) + 0.08 * Math.Cos(2 * angle),
            _ => 1,
        };
    }
}
