namespace GpuNmf.Reference;

/// <summary>The one-shots of one drum: four takes that differ in their noise, scaled so that no sequence of hits exceeds a level.</summary>
internal sealed class DrumVoice
{
    public const int Takes = 4;

    private readonly float[][] _takes;

    private DrumVoice(float[][] takes) => _takes = takes;

    /// <summary>Length of every take in samples.</summary>
    public int Length => _takes[0].Length;

    public ReadOnlySpan<float> Take(int index) => _takes[index];

    /// <summary>A sine whose frequency falls from 158 to 48 Hz and whose amplitude decays in 110 ms.</summary>
    public static DrumVoice Kick(int rateHz, double level, int smallestGap)
    {
        double phase = 0;
        double[] shot = Shape(rateHz, 0.40, 0.11, (n, t) =>
        {
            phase += 2 * Math.PI * (48 + 110 * Math.Exp(-t / 0.035)) / rateHz;
            return Math.Sin(phase);
        });
        return Levelled([shot, shot, shot, shot], level, smallestGap);
    }

    /// <summary>Band-passed noise (800 Hz to 6 kHz) and a tone of 185 Hz.</summary>
    public static DrumVoice Snare(int rateHz, CounterRandom noise, double level, int smallestGap) =>
        Levelled(EveryTake(take =>
        {
            var high = new HighPass(rateHz, 800);
            double low = 0, follow = 1 - Math.Exp(-2 * Math.PI * Math.Min(6000, 0.3 * rateHz) / rateHz);
            return Shape(rateHz, 0.30, 0.07, (n, t) =>
            {
                low += follow * (high.Next(noise.Bipolar(NoiseIndex(take, n))) - low);
                return low + 0.5 * Math.Sin(2 * Math.PI * 185 * t);
            });
        }), level, smallestGap);

    /// <summary>Noise high-passed twice at 7 kHz (0.3 of a lower sampling rate), decaying in 30 ms.</summary>
    public static DrumVoice HiHat(int rateHz, CounterRandom noise, double level, int smallestGap) =>
        Levelled(EveryTake(take =>
        {
            double cutHz = Math.Min(7000, 0.3 * rateHz);
            var first = new HighPass(rateHz, cutHz);
            var second = new HighPass(rateHz, cutHz);
            return Shape(rateHz, 0.12, 0.03, (n, _) => second.Next(first.Next(noise.Bipolar(NoiseIndex(take, n)))));
        }), level, smallestGap);

    private static long NoiseIndex(int take, int n) => ((long)take << 32) + n;

    private static double[][] EveryTake(Func<int, double[]> make)
    {
        var takes = new double[Takes][];
        for (int i = 0; i < Takes; i++) takes[i] = make(i);
        return takes;
    }

    // wave(n, t) under an attack of 1 ms, an exponential decay and a linear fade over the last 5 ms.
    private static double[] Shape(int rateHz, double seconds, double decaySeconds, Func<int, double, double> wave)
    {
        int length = (int)(seconds * rateHz);
        var shot = new double[length];
        for (int n = 0; n < length; n++)
        {
            double t = (double)n / rateHz;
            double attack = Math.Min(1, t / 0.001), fade = Math.Min(1, (length - 1 - n) / (0.005 * rateHz));
            shot[n] = wave(n, t) * attack * fade * Math.Exp(-t / decaySeconds);
        }
        return shot;
    }

    // With e(n) = the largest |shot| from n on, hits that are at least g apart add up to at most e(0) + e(g) + e(2g) + ...
    private static DrumVoice Levelled(double[][] takes, double level, int smallestGap)
    {
        double bound = 0;
        for (int start = 0; start < takes[0].Length; start += smallestGap)
            bound += takes.Max(take => take.Skip(start).Max(Math.Abs));
        return new DrumVoice([.. takes.Select(take => Array.ConvertAll(take, v => (float)(v * level / bound)))]);
    }

    // One pole and a zero at 0 Hz: y[n] = a (y[n-1] + x[n] - x[n-1]).
    private sealed class HighPass(int rateHz, double cutHz)
    {
        private readonly double _a = 1 / (1 + 2 * Math.PI * cutHz / rateHz);
        private double _x, _y;

        public double Next(double x)
        {
            _y = _a * (_y + x - _x);
            _x = x;
            return _y;
        }
    }
}
