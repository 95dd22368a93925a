using System.Numerics;
using GpuNmf.Audio;
using GpuNmf.Reference;
using GpuNmf.Stft;
using GpuNmf.Tests.Lanes;
using GpuNmf.Tests.Reference;
using Xunit;

namespace GpuNmf.Tests.Stft;

/// <summary>The forward transform against librosa's; the tolerance is the goldens' row for float32.</summary>
public sealed class ForwardTransformGoldenTests(ITestOutputHelper output)
{
    private const double Tolerance = 1e-6;

    public static IEnumerable<object[]> Clips => Golden.Clips.Select(clip => new object[] { clip });

    public static IEnumerable<object[]> Framings =>
        from clip in Golden.Clips
        from kind in new[] { "default", "reflect", "1024_256", "win1200", "nocenter" }
        select new object[] { clip, kind };

    [Theory, OnEveryDevice(nameof(Framings), RealOnly = true)]
    public void Spectrum_agrees_with_librosa(string lane, string clip, string kind)
    {
        var golden = SharedGolden.Open(clip);
        var got = SpectrogramRun.Spectrum(Lane.Session(lane), Signal(golden), Options(kind), 0);

        Complex[,] want = golden.ComplexMatrix($"stft_{kind}_c128");
        Check(GoldenData.Error(got, golden.StftFrames(kind), want), $"{lane} {clip} {kind}");
    }

    [Theory, OnEveryDevice(nameof(Clips), RealOnly = true)]
    public void Magnitudes_agree_with_librosa(string lane, string clip)
    {
        var golden = SharedGolden.Open(clip);
        double[,] got = SpectrogramRun.Magnitudes(Lane.Session(lane), Signal(golden), new StftOptions(), stacked: false);

        Check(Differences.Largest(got, golden.Matrix("X")), $"{lane} {clip} X");
    }

    [Theory, OnEveryDevice(RealOnly = true)]
    public void Channels_agree_with_librosa(string lane)
    {
        var golden = SharedGolden.Open("speech_trumpet_stereo");
        var recording = TestSignals.Recording(Array.ConvertAll(Pcm16Wav.Read(golden.MixturePath), TestSignals.Narrow));
        for (int channel = 0; channel < 2; channel++)
        {
            var got = SpectrogramRun.Spectrum(Lane.Session(lane), recording, new StftOptions(), channel);
            Complex[,] want = golden.ComplexMatrix($"stft_channel{channel}_c128");
            Check(GoldenData.Error(got, golden.StftFrames("default"), want), $"{lane} channel {channel}");
        }
    }

    internal static AudioBuffer Signal(Golden golden) => TestSignals.Recording(TestSignals.Narrow(golden.Signal()));

    private static StftOptions Options(string kind) => kind switch
    {
        "default" => new StftOptions(),
        "reflect" => new StftOptions { Padding = PaddingMode.Reflect },
        "1024_256" => new StftOptions { FftLength = 1024, HopLength = 256 },
        "win1200" => new StftOptions { FftLength = 2048, HopLength = 512, WindowLength = 1200 },
        _ => new StftOptions { FftLength = 2048, HopLength = 512, Center = false },
    };

    private void Check(double error, string what)
    {
        output.WriteLine($"{what}: {error:E2}");
        Differences.Within(Tolerance, error, what);
    }
}
