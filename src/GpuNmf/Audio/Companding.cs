namespace GpuNmf.Audio;

/// <summary>The two logarithmic codes of telephony, ITU-T G.711: 8 bits stand for 13 (A-law) or 14 (mu-law).</summary>
internal static class Companding
{
    private const int MuLawBias = 33 << 2;      // 33 of 14 bits, here as everything in 16

    /// <summary>The 256 values of A-law, full scale at ±1.</summary>
    public static float[] ALaw { get; } = Table(ALawSample);

    /// <summary>The 256 values of mu-law, full scale at ±1.</summary>
    public static float[] MuLaw { get; } = Table(MuLawSample);

    private static float[] Table(Func<int, int> sampleOf) => [.. Enumerable.Range(0, 256).Select(code => sampleOf(code) * (1f / (1 << 15)))];

    // Every second bit is inverted; then a sign (1 is positive), three bits of the segment and four of the step, read at its middle.
    private static int ALawSample(int code)
    {
        int bits = code ^ 0x55;
        int segment = bits >> 4 & 7;
        int step = (bits & 0xF) << 4 | 8;
        int size = segment == 0 ? step : (step | 0x100) << (segment - 1);
        return (bits & 0x80) != 0 ? size : -size;
    }

    // All bits are inverted; the sign's 1 is negative then. The steps of every segment follow from the first's by the bias.
    private static int MuLawSample(int code)
    {
        int bits = ~code;
        int size = (((bits & 0xF) << 3 | MuLawBias) << (bits >> 4 & 7)) - MuLawBias;
        return (bits & 0x80) != 0 ? -size : size;
    }
}
