using GpuNmf.Audio;
using GpuNmf.Nmf;
using GpuNmf.Stft;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests.Faults;

/// <summary>A recording that changes between its reading for the spectrogram and its reading for the stems.</summary>
public sealed class ChangingRecordingTests : IDisposable
{
    private const int Samples = 300_000;

    private static readonly SeparationOptions s_options = new()
    {
        Stft = new StftOptions { FftLength = 1024, HopLength = 256 },
        Nmf = new NmfOptions { Rank = 2, MaxIterations = 2 },
    };

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Song => _folder["song.wav"];

    [Theory]
    [InlineData("deleted")]
    [InlineData("longer")]
    [InlineData("replaced")]
    public void One_that_is_deleted_longer_or_replaced_is_separated_as_it_was_opened(string change)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows neither deletes nor replaces an open file.");
        float[] undisturbed = Separate(() => { });
        float[] disturbed = Separate(() =>
        {
            if (change == "deleted") File.Delete(Song);
            if (change == "longer") using (var file = Open()) file.SetLength(file.Length + 100_000);
            if (change == "replaced") File.Move(Write("other.wav", 2), Song, overwrite: true);
        });
        Assert.Equal(undisturbed, disturbed);
    }

    [Fact]
    public void One_that_has_become_shorter_is_an_error()
    {
        var error = Assert.Throws<AudioFormatException>(() => Separate(() =>
        {
            using var file = new FileStream(Song, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            file.SetLength(file.Length / 2);
        }));
        Assert.Matches($@"song\.wav now ends at byte \d+; it has become shorter since it was opened", error.Message);
        Assert.Equal(0, Lane.Session(Lane.Cpu).LiveBytes);
    }

    private float[] Separate(Action change)
    {
        Write("song.wav", 1);
        using var source = WavSource.Open(Song);
        var sink = new StemBuffer();
#pragma warning disable CA2000 // Disposing the separator would close the session, which the lanes share.
        var separator = new SourceSeparator(Lane.Session(Lane.Cpu));
#pragma warning restore CA2000
        bool changed = false;
        separator.Separate(source, sink, s_options, new Watcher(stage =>
        {
            if (stage != SeparationStage.Factorising || changed) return;
            changed = true;
            change();
        }), cancellation: TestContext.Current.CancellationToken);
        Assert.True(changed);
        return sink.Stems[0].Interleaved.ToArray();
    }

    private string Write(string name, ulong seed)
    {
        WavFile.Write(_folder[name], TestSignals.Recording(TestSignals.Noise(Samples, seed)), WavEncoding.Pcm16);
        return _folder[name];
    }

    private FileStream Open() => new(Song, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);

    private sealed class Watcher(Action<SeparationStage> look) : IProgress<SeparationProgress>
    {
        public void Report(SeparationProgress value) => look(value.Stage);
    }
}
