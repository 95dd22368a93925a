using GpuNmf.Audio;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Masking;
using GpuNmf.Nmf;
using GpuNmf.Stft;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests;

/// <summary>A separation has the same bits wherever its spectrogram is between two passes.</summary>
public sealed class StreamedSeparationTests
{
    private static readonly StftOptions s_stft = new() { FftLength = 64, HopLength = 16, Padding = PaddingMode.Reflect };

    /// <summary>Every treatment of channels; several starts at a time; penalties, fixed templates that adapt.</summary>
    public static IEnumerable<object[]> Settings =>
    [
        [ChannelMode.Joint, 2, new NmfOptions { Rank = 3 }],
        // Slices begin within a frame.
        [ChannelMode.Stack, 3, new NmfOptions { Rank = 3, Restarts = 2 }],
        [ChannelMode.Mono, 2, new NmfOptions { Rank = 3, Beta = 0, AlphaTemplates = 0.01, L1Ratio = 0.5 }],
        [ChannelMode.Joint, 1, new NmfOptions { Rank = 3, FixedTemplates = Templates(2), AdaptIterations = 2 }],
        [ChannelMode.Joint, 1, new NmfOptions { Rank = 3, Beta = 2, Initialization = NmfInitialization.NndsvdA }],
    ];

    [Theory, OnEveryDevice(nameof(Settings))]
    public void Streamed_stems_are_those_of_a_spectrogram_on_the_device(string lane, ChannelMode mode, int channels, NmfOptions nmf)
    {
        var session = Lane.Session(lane);
        bool slow = Lane.IsSimulated(lane);
        int slice = NmfGeometry.Of(s_stft.Bins, 1, nmf.Rank, session.Form).SliceFrames, rows = (slow ? 2 : 5) * slice + 5;
        int length = rows / (mode == ChannelMode.Stack ? channels : 1) * s_stft.HopLength!.Value;
        var recording = TestSignals.Recording([.. Enumerable.Range(1, channels).Select(c => TestSignals.Noise(length, (ulong)c))]);
        var options = new SeparationOptions
        {
            Stft = s_stft,
            Nmf = nmf with { MaxIterations = slow ? 1 : 11, Tolerance = 0, AdaptIterations = slow ? 0 : nmf.AdaptIterations },
            Reconstruction = new ReconstructionOptions { Channels = mode },
        };

        var whole = SeparationRun.On(session, recording, options, new MemoryOptions { Spectrogram = SpectrogramStorage.Device });
        Assert.Equal(SpectrogramStorage.Device, whole.Result.Storage);

        foreach (var storage in slow ? [SpectrogramStorage.Recomputed] : new[] { SpectrogramStorage.Recomputed, SpectrogramStorage.Host, SpectrogramStorage.Disk })
        {
            var streamed = SeparationRun.On(session, recording, options, new MemoryOptions { Spectrogram = storage, MostBlockRows = slice });

            Assert.Equal(storage, streamed.Result.Storage);
            Assert.Equal(whole.Result.Templates, streamed.Result.Templates);
            Assert.Equal(whole.Result.Activations, streamed.Result.Activations);
            Assert.Equal(whole.Result.LossTrace, streamed.Result.LossTrace);
            Assert.Equal(whole.Result.Restarts, streamed.Result.Restarts);
            Assert.Equal(whole.Result.Warnings, streamed.Result.Warnings);
            for (int k = 0; k < whole.Stems.Count; k++) Assert.Equal(whole.Stem(k), streamed.Stem(k));
        }
    }

    private static float[,] Templates(int count)
    {
        var templates = new float[s_stft.Bins, count];
        for (int f = 0; f < s_stft.Bins; f++)
            for (int k = 0; k < count; k++) templates[f, k] = (f * (k + 3)) % 7;
        return templates;
    }
}
