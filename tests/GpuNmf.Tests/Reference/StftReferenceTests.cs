using System.Numerics;
using GpuNmf.Reference;
using Xunit;

namespace GpuNmf.Tests.Reference;

public sealed class StftReferenceTests
{
    // The README of the goldens: float64 implementations agree to 4e-16, 1e-12 is asked of a test.
    private const double Tolerance = 1e-12;

    public static TheoryData<string> Clips => [.. Golden.Clips];

    public static TheoryData<string, string> Transforms =>
        [.. from clip in Golden.Clips from kind in new[] { "default", "reflect", "1024_256", "win1200", "nocenter" } select (clip, kind)];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(256)]
    public void The_fft_is_the_sum_of_its_definition(int length)
    {
        var random = new CounterRandom(1, 0);
        Complex[] x = [.. Enumerable.Range(0, length).Select(n => new Complex(random.Normal(2 * n), random.Normal(2 * n + 1)))];
        Complex[] got = [.. x];
        DoubleFft.Forward(got);

        for (int k = 0; k < length; k++)
        {
            Complex want = 0;
            for (int n = 0; n < length; n++) want += x[n] * Complex.FromPolarCoordinates(1, -2 * Math.PI * (k * n % length) / length);
            // The sum of the definition rounds `length` times.
            GoldenData.Within(length * 4e-15, Complex.Abs(got[k] - want), $"bin {k}");
        }
        DoubleFft.Inverse(got);
        for (int n = 0; n < length; n++) GoldenData.Within(1e-14, Complex.Abs(got[n] - x[n]), $"sample {n}");
    }

    // scipy.signal.get_window(kind, 8): the values at 0, 1, 2 and 4; n and 8 - n are equal because the window is periodic.
    [Theory]
    [InlineData(ReferenceWindow.Hann, 0, 0.14644660940672624, 0.5, 1)]
    [InlineData(ReferenceWindow.Hamming, 0.08, 0.21473088065418816, 0.54, 1)]
    [InlineData(ReferenceWindow.Blackman, 0, 0.06644660940672624, 0.34, 1)]
    [InlineData(ReferenceWindow.Rectangular, 1, 1, 1, 1)]
    public void Windows_are_periodic_and_centred_between_zeros(ReferenceWindow kind, double at0, double at1, double at2, double at4)
    {
        double[] got = new StftSettings { FftLength = 16, WindowLength = 8, Window = kind }.PaddedWindow();

        GoldenData.Within(4e-16, GoldenData.Error(got[4..12], [at0, at1, at2, got[7], at4, got[7], at2, at1]), kind.ToString());
        Assert.All([.. got[..4], .. got[12..]], v => Assert.Equal(0, v));
    }

    [Theory, MemberData(nameof(Transforms))]
    public void Transforms_are_librosas(string clip, string kind)
    {
        Golden golden = GoldenData.Clip(clip);

        Complex[,] got = StftReference.Forward(golden.Signal(), Settings(kind));

        GoldenData.Within(Tolerance, GoldenData.Error(got, golden.StftFrames(kind), golden.ComplexMatrix($"stft_{kind}_c128")), kind);
    }

    [Theory, MemberData(nameof(Clips))]
    public void Magnitudes_are_librosas(string clip)
    {
        Golden golden = GoldenData.Clip(clip);

        double[,] got = StftReference.Magnitude(StftReference.Forward(golden.Signal()));

        GoldenData.Within(Tolerance, GoldenData.Error(got, golden.Matrix("X")), "X");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Channels_are_transformed_as_they_are(int channel)
    {
        Golden golden = GoldenData.Clip("speech_trumpet_stereo");

        Complex[,] got = StftReference.Forward(Pcm16Wav.Read(golden.MixturePath)[channel]);

        Complex[,] want = golden.ComplexMatrix($"stft_channel{channel}_c128");
        GoldenData.Within(Tolerance, GoldenData.Error(got, golden.StftFrames("default"), want), $"channel {channel}");
    }

    [Theory]
    [InlineData(ReferenceWindow.Hann, 256, 64, true, ReferencePadding.Constant)]
    [InlineData(ReferenceWindow.Hamming, 256, 100, true, ReferencePadding.Reflect)]
    [InlineData(ReferenceWindow.Blackman, 200, 50, true, ReferencePadding.Constant)]
    [InlineData(ReferenceWindow.Rectangular, 255, 255, true, ReferencePadding.Reflect)]
    [InlineData(ReferenceWindow.Hamming, 256, 128, false, ReferencePadding.Constant)]
    public void The_inverse_returns_the_signal(ReferenceWindow window, int windowLength, int hop, bool center, ReferencePadding padding)
    {
        var settings = new StftSettings { FftLength = 256, WindowLength = windowLength, HopLength = hop, Window = window, Center = center, Padding = padding };
        var random = new CounterRandom(3, 0);
        double[] x = [.. Enumerable.Range(0, 256 + 10 * hop).Select(n => random.Bipolar(n))];

        double[] back = StftReference.Inverse(StftReference.Forward(x, settings), settings, x.Length);

        GoldenData.Within(Tolerance, GoldenData.Error(back, x), window.ToString());
    }

    [Theory, MemberData(nameof(Clips))]
    public void The_inverse_has_librosas_length(string clip)
    {
        Golden golden = GoldenData.Clip(clip);
        double[] x = golden.Signal();

        double[] back = StftReference.Inverse(StftReference.Forward(x));

        Assert.Equal(golden.Meta.GetProperty("stft").GetProperty("default").GetProperty("istft_len").GetInt32(), back.Length);
        GoldenData.Within(Tolerance, GoldenData.Error(back, x[..back.Length]), "round trip");
    }

    private static StftSettings Settings(string kind) => kind switch
    {
        "reflect" => new StftSettings { Padding = ReferencePadding.Reflect },
        "1024_256" => new StftSettings { FftLength = 1024, HopLength = 256 },
        "win1200" => new StftSettings { HopLength = 512, WindowLength = 1200 },
        "nocenter" => new StftSettings { HopLength = 512, Center = false },
        _ => new StftSettings(),
    };
}
