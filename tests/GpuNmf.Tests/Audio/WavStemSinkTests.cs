using GpuNmf.Audio;
using Xunit;

namespace GpuNmf.Tests.Audio;

public sealed class WavStemSinkTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(WavEncoding.Float32)]
    [InlineData(WavEncoding.Pcm16)]
    [InlineData(WavEncoding.Pcm24)]
    public void Components_take_turns_and_end_in_files_of_their_own(WavEncoding encoding)
    {
        const int components = 3, channels = 2, length = 1000, block = 97;
        float[][] stems = [.. Enumerable.Range(0, components).Select(k => Stem(k, channels * length))];
        using var sink = new WavStemSink(_folder.Path, encoding);
        sink.Begin(new StemFormat(components, channels, 22050, length));
        for (int start = 0; start < length; start += block)
            for (int k = 0; k < components; k++)
                sink.Write(k, start, stems[k].AsSpan(start * channels, Math.Min(block, length - start) * channels));
        sink.Complete(Token);
        Assert.Equal(["component-01.wav", "component-02.wav", "component-03.wav"], sink.Files.Select(f => f.FileName));
        Assert.Equal(3, Directory.GetFiles(_folder.Path).Length);
        for (int k = 0; k < components; k++)
        {
            // The same stem in one call, which has its own tests.
            StemFileInfo want = WavFile.Write(_folder["want.wav"], new AudioBuffer(stems[k], channels, 22050), encoding);
            Assert.Equal(want with { FileName = sink.Files[k].FileName }, sink.Files[k]);
            Assert.Equal(File.ReadAllBytes(_folder["want.wav"]), File.ReadAllBytes(_folder[sink.Files[k].FileName]));
            Assert.Equal((k + 1) / 8.0, want.Peak);
        }
    }

    [Theory]
    [InlineData(0, 1, "component-01.wav")]
    [InlineData(98, 99, "component-99.wav")]
    [InlineData(0, 100, "component-001.wav")]
    [InlineData(1233, 1234, "component-1234.wav")]
    public void Numbers_have_the_digits_of_the_rank(int component, int components, string name) =>
        Assert.Equal(name, WavStemSink.FileName(component, components));

    [Fact]
    public void Blocks_must_follow_one_another_up_to_the_end()
    {
        using var sink = new WavStemSink(_folder.Path, WavEncoding.Float32);
        sink.Begin(new StemFormat(2, 2, 8000, 10));
        sink.Write(0, 0, new float[8]);
        AssertRefused("start", "Component 0 continues at sample frame 5; expected 4, where the block before ended.", () => sink.Write(0, 5, new float[2]));
        AssertRefused("start", "Component 1 continues at sample frame 4; expected 0", () => sink.Write(1, 4, new float[2]));
        AssertRefused("interleaved", "Component 0 would reach sample frame 11; its length is 10.", () => sink.Write(0, 4, new float[14]));
        AssertRefused("interleaved", "The block holds 3 samples, no multiple of 2 channels.", () => sink.Write(0, 4, new float[3]));
        Assert.Throws<ArgumentOutOfRangeException>("component", () => sink.Write(2, 0, new float[2]));
        Assert.Throws<ArgumentOutOfRangeException>("component", () => sink.Write(-1, 0, new float[2]));
        sink.Write(0, 4, new float[12]);
        AssertState("Component 1 holds 0 of 10 sample frames; write the rest first.", () => sink.Complete(Token));
        sink.Write(1, 0, new float[20]);
        sink.Complete(Token);
        Assert.All(sink.Files, f => Assert.Equal(10, f.Length));
    }

    [Fact]
    public void Steps_out_of_order_are_refused()
    {
        using var sink = new WavStemSink(_folder.Path, WavEncoding.Pcm16);
        AssertState("Begin has not been called; there is nothing to finish.", () => sink.Complete(Token));
        AssertState("The files are not finished; call Complete first.", () => Assert.NotNull(sink.Files));
        Assert.Throws<ArgumentOutOfRangeException>("Components", () => sink.Begin(new StemFormat(0, 1, 8000, 1)));
        Assert.Throws<ArgumentOutOfRangeException>("Length", () => sink.Begin(new StemFormat(1, 1, 8000, -1)));
        sink.Begin(new StemFormat(1, 1, 8000, 1));
        AssertState("Begin was called before; a sink takes one separation.", () => sink.Begin(new StemFormat(1, 1, 8000, 1)));
        sink.Write(0, 0, [0.5f]);
        sink.Complete(Token);
        sink.Complete(Token);
        AssertState("Complete was called; no more can be written.", () => sink.Write(0, 1, []));
        Assert.Single(sink.Files);
    }

    [Fact]
    public void What_is_given_up_early_is_closed_and_readable()
    {
        using (var sink = new WavStemSink(_folder.Path, WavEncoding.Pcm24))
        {
            sink.Begin(new StemFormat(2, 1, 8000, 1_000_000));
            sink.Write(0, 0, [0.5f, 0.25f, -0.5f]);
        }
        using WavSource first = WavSource.Open(_folder["component-01.wav"]);
        using WavSource second = WavSource.Open(_folder["component-02.wav"]);
        Assert.Equal([0.5f, 0.25f, -0.5f], AudioBuffer.From(first).Interleaved.ToArray());
        Assert.Equal(0, second.Length);
        Assert.Empty(first.Warnings);
        Assert.Empty(second.Warnings);
    }

    [Fact]
    public void What_is_discarded_is_gone_and_nothing_else()
    {
        _folder.Create("component-03.wav", [1]);
        using var sink = new WavStemSink(_folder.Path, WavEncoding.Float32);
        sink.Begin(new StemFormat(2, 1, 8000, 1_000_000));
        sink.Write(1, 0, new float[100_000]);
        File.Delete(_folder["component-01.wav"]);
        sink.Discard();
        sink.Discard();
        sink.Dispose();
        Assert.Equal([_folder["component-03.wav"]], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Finished_files_are_not_discarded()
    {
        using var sink = new WavStemSink(_folder.Path, WavEncoding.Pcm16);
        sink.Begin(new StemFormat(1, 1, 8000, 1));
        sink.Write(0, 0, [0.5f]);
        sink.Complete(Token);
        sink.Discard();
        using WavSource source = WavSource.Open(_folder["component-01.wav"]);
        Assert.Equal(1, source.Length);
    }

    [Fact]
    public void Finishing_can_be_cancelled_and_then_be_discarded()
    {
        using var sink = new WavStemSink(_folder.Path, WavEncoding.Pcm16);
        sink.Begin(new StemFormat(2, 1, 8000, 1));
        for (int k = 0; k < 2; k++) sink.Write(k, 0, [0.5f]);
        Assert.Throws<OperationCanceledException>(() => sink.Complete(new CancellationToken(canceled: true)));
        AssertState("The files are not finished; call Complete first.", () => Assert.NotNull(sink.Files));
        sink.Discard();
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Files_that_are_given_up_are_neither_written_nor_finished(bool discards)
    {
        using var sink = new WavStemSink(_folder.Path, WavEncoding.Pcm16);
        sink.Begin(new StemFormat(1, 1, 8000, 1));
        sink.Write(0, 0, [0.5f]);
        if (discards) sink.Discard();
        else sink.Dispose();
        AssertGivenUp(sink);
    }

    [Fact]
    public void A_disk_that_was_full_once_stays_an_error()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "Only Linux has /dev/full.");
        File.CreateSymbolicLink(_folder["component-02.wav"], "/dev/full");
        using (var late = new WavStemSink(_folder.Path, WavEncoding.Pcm16))
        {
            late.Begin(new StemFormat(3, 1, 8000, 1));
            for (int k = 0; k < 3; k++) late.Write(k, 0, [0.5f]);
            Assert.Throws<IOException>(() => late.Complete(Token));
            AssertGivenUp(late);
        }
        using var early = new WavStemSink(_folder.Path, WavEncoding.Pcm16);
        early.Begin(new StemFormat(3, 1, 8000, 100_000));
        Assert.Throws<IOException>(() => early.Write(1, 0, new float[100_000]));
        AssertGivenUp(early);
    }

    private static void AssertGivenUp(WavStemSink sink)
    {
        const string message = "The files are given up: the sink was disposed or discarded, or the disk refused before. Write them again through a new sink.";
        AssertState(message, () => sink.Complete(Token));
        AssertState(message, () => sink.Write(0, 1, []));
        AssertState("The files are not finished; call Complete first.", () => Assert.NotNull(sink.Files));
    }

    [Fact]
    public void A_missing_folder_and_an_unknown_encoding_are_refused()
    {
        string missing = _folder["missing"];
        var e = Assert.Throws<DirectoryNotFoundException>(() => new WavStemSink(missing, WavEncoding.Float32));
        Assert.Equal($"There is no folder {missing}; create it first.", e.Message);
        AssertRefused("encoding", "encoding must be Float32, Pcm16 or Pcm24.", () => new WavStemSink(_folder.Path, (WavEncoding)3).Dispose());
    }

    [Fact]
    public void Files_of_the_same_names_are_replaced()
    {
        _folder.Create("component-01.wav", new byte[5000]);
        using var sink = new WavStemSink(_folder.Path, WavEncoding.Pcm16);
        sink.Begin(new StemFormat(1, 1, 8000, 1));
        sink.Write(0, 0, [0.5f]);
        sink.Complete(Token);
        using WavSource source = WavSource.Open(_folder["component-01.wav"]);
        Assert.Equal([0.5f], AudioBuffer.From(source).Interleaved.ToArray());
        Assert.True(new FileInfo(_folder["component-01.wav"]).Length < 100, "The old file's bytes are still there.");
    }

    // Peaks are (k + 1) / 8, multiples of every step.
    private static float[] Stem(int k, int samples)
    {
        var random = new Random(k);
        float[] stem = [.. Enumerable.Range(0, samples).Select(_ => (k + 1) / 8f * random.NextSingle())];
        stem[samples / 2] = -(k + 1) / 8f;
        return stem;
    }

    private static void AssertRefused(string parameter, string message, Action action)
    {
        var e = Assert.ThrowsAny<ArgumentException>(action);
        Assert.Equal(parameter, e.ParamName);
        Assert.StartsWith(message, e.Message, StringComparison.Ordinal);
    }

    private static void AssertState(string message, Action action) =>
        Assert.Equal(message, Assert.Throws<InvalidOperationException>(action).Message);
}
