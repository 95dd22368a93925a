using System.Numerics;
using GpuNmf.Audio;
using GpuNmf.Reference;
using GpuNmf.Stft;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests.Stft;

/// <summary>The forward transform against float64, entry by entry.</summary>
public sealed class ForwardTransformTests
{
    // Worst case of one entry: 2 roundings of window and product and at most 3 a stage (twiddle, product, sum) for log2 N <= 15 stages, 47
    // units of 2^-24 = 2.8e-6 if all pointed the same way. They do not: sqrt(47) units are 4.1e-7, and the goldens' float32 row is 1e-6.
    private const double Tolerance = 1e-6;

    /// <summary>Options and samples; sizes that a simulated device takes a moment for.</summary>
    public static IEnumerable<object[]> Small =>
    [
        [new StftOptions { FftLength = 64, HopLength = 16 }, 200],
        [new StftOptions { FftLength = 64, HopLength = 7, Window = WindowKind.Hamming, Padding = PaddingMode.Reflect }, 131],
        [new StftOptions { FftLength = 64, HopLength = 1, WindowLength = 3 }, 67],
        [new StftOptions { FftLength = 64, HopLength = 64, Window = WindowKind.Rectangular, Center = false }, 333],
        [new StftOptions { FftLength = 128, HopLength = 33, WindowLength = 101, Window = WindowKind.Blackman }, 129],
        [new StftOptions { FftLength = 128, HopLength = 31, WindowLength = 100, Padding = PaddingMode.Reflect }, 128],
        [new StftOptions { FftLength = 256, HopLength = 61, WindowLength = 255, Padding = PaddingMode.Reflect }, 257],
        [new StftOptions { FftLength = 512, HopLength = 127, WindowLength = 401, Window = WindowKind.Hamming, Center = false }, 1500],
        [new StftOptions { FftLength = 512 }, 513],
    ];

    public static IEnumerable<object[]> Large =>
        from fft in new[] { 1024, 2048, 4096, 8192, 16384, 32768 }
        from window in new[] { WindowKind.Hann, WindowKind.Blackman }
        let hop = window == WindowKind.Hann ? fft / 4 : fft / 3 - 1
        select new object[] { new StftOptions { FftLength = fft, HopLength = hop, Window = window, Padding = window == WindowKind.Hann ? PaddingMode.Constant : PaddingMode.Reflect }, 3 * fft + 17 };

    /// <summary>Two frames of every length, odd hop: the first reaches beyond the signal, the second does not.</summary>
    public static IEnumerable<object[]> EveryLength =>
        from log in Enumerable.Range(6, 10)
        let fft = 1 << log
        select new object[] { new StftOptions { FftLength = fft, HopLength = fft / 2 + 1, WindowLength = fft - 3, Padding = PaddingMode.Reflect }, fft + 1 };

    [Theory, OnEveryDevice(nameof(EveryLength))]
    public void Every_length_agrees_with_double_precision(string lane, StftOptions options, int samples) => Compare(lane, options, samples);

    [Theory, OnEveryDevice(nameof(Small))]
    public void Spectrum_and_magnitudes_agree_with_double_precision(string lane, StftOptions options, int samples) => Compare(lane, options, samples);

    [Theory, OnEveryDevice(nameof(Large), RealOnly = true)]
    public void Long_transforms_agree_with_double_precision(string lane, StftOptions options, int samples) => Compare(lane, options, samples);

    [Theory, OnEveryDevice]
    public void Joint_magnitudes_are_the_root_of_the_mean_power_over_the_channels(string lane)
    {
        var options = new StftOptions { FftLength = 128, HopLength = 37 };
        float[][] channels = [TestSignals.Noise(401, 1), TestSignals.Noise(401, 2), TestSignals.Tones(401, 3)];
        var spectra = Array.ConvertAll(channels, c => StftReference.Forward(TestSignals.Widen(c), SpectrogramRun.Settings(options)));
        var want = new double[options.Bins, spectra[0].GetLength(1)];
        for (int f = 0; f < want.GetLength(0); f++)
            for (int t = 0; t < want.GetLength(1); t++)
                want[f, t] = Math.Sqrt(spectra.Sum(s => Math.Pow(Complex.Abs(s[f, t]), 2)) / spectra.Length);

        double[,] got = SpectrogramRun.Magnitudes(Lane.Session(lane), TestSignals.Recording(channels), options, stacked: false);

        Differences.Within(Tolerance, Differences.Largest(got, want), $"{lane} joint magnitudes");
    }

    [Theory, OnEveryDevice]
    public void Stacked_row_t_C_plus_c_is_frame_t_of_channel_c(string lane)
    {
        var options = new StftOptions { FftLength = 64, HopLength = 19 };
        float[][] channels = [TestSignals.Noise(301, 1), TestSignals.Noise(301, 2), TestSignals.Noise(301, 3)];
        var spectra = Array.ConvertAll(channels, c => StftReference.Forward(TestSignals.Widen(c), SpectrogramRun.Settings(options)));
        var want = new double[options.Bins, 3 * spectra[0].GetLength(1)];
        for (int f = 0; f < want.GetLength(0); f++)
            for (int t = 0; t < want.GetLength(1); t++)
                want[f, t] = Complex.Abs(spectra[t % 3][f, t / 3]);

        double[,] got = SpectrogramRun.Magnitudes(Lane.Session(lane), TestSignals.Recording(channels), options, stacked: true);

        Differences.Within(Tolerance, Differences.Largest(got, want), $"{lane} stacked magnitudes");
    }

    [Theory, OnEveryDevice]
    public void Every_channel_has_its_own_spectrum(string lane)
    {
        var options = new StftOptions { FftLength = 64, HopLength = 21, Padding = PaddingMode.Reflect };
        float[][] channels = [TestSignals.Noise(211, 4), TestSignals.Tones(211, 5)];
        for (int c = 0; c < channels.Length; c++)
        {
            var want = StftReference.Forward(TestSignals.Widen(channels[c]), SpectrogramRun.Settings(options));
            var got = SpectrogramRun.Spectrum(Lane.Session(lane), TestSignals.Recording(channels), options, c);
            Differences.Within(Tolerance, SpectrogramRun.Error(got, want), $"{lane} channel {c}");
        }
    }

    [Fact]
    public void Every_width_of_the_processor_gives_the_same_bits()
    {
        var options = new StftOptions { FftLength = 256, HopLength = 50, WindowLength = 201 };
        AudioBuffer recording = TestSignals.Recording(TestSignals.Noise(2003, 6), TestSignals.Tones(2003, 7));
        var spectrum = SpectrogramRun.Spectrum(Lane.Session(Lane.Cpu), recording, options, 1);
        double[,] magnitudes = SpectrogramRun.Magnitudes(Lane.Session(Lane.Cpu), recording, options, stacked: false);

        foreach (string lane in new[] { Lane.Cpu128, Lane.Cpu256 })
        {
            Assert.Equal(spectrum, SpectrogramRun.Spectrum(Lane.Session(lane), recording, options, 1));
            Assert.Equal(magnitudes, SpectrogramRun.Magnitudes(Lane.Session(lane), recording, options, stacked: false));
        }
    }

    private static void Compare(string lane, StftOptions options, int samples)
    {
        float[] signal = TestSignals.Noise(samples, (ulong)samples);
        var recording = TestSignals.Recording(signal);
        var want = StftReference.Forward(TestSignals.Widen(signal), SpectrogramRun.Settings(options));

        var spectrum = SpectrogramRun.Spectrum(Lane.Session(lane), recording, options, 0);
        double[,] magnitudes = SpectrogramRun.Magnitudes(Lane.Session(lane), recording, options, stacked: false);

        Assert.Equal(want.GetLength(1), options.FrameCount(samples));
        Differences.Within(Tolerance, SpectrogramRun.Error(spectrum, want), $"{lane} {options}: spectrum");
        Differences.Within(Tolerance, Differences.Largest(magnitudes, StftReference.Magnitude(want)), $"{lane} {options}: magnitudes");
    }
}
