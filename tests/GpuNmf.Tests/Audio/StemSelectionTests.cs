using GpuNmf.Audio;
using GpuNmf.Nmf;
using GpuNmf.Stft;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests.Audio;

public sealed class StemSelectionTests
{
    private static readonly SeparationOptions s_options = new() { Stft = new StftOptions { FftLength = 256 }, Nmf = new NmfOptions { Rank = 5, MaxIterations = 10 } };

    [Fact]
    public void A_stem_alone_keeps_its_bits_and_a_sum_is_rounded_once()
    {
        var recording = TestSignals.Recording(TestSignals.Tones(70_000, 1), TestSignals.Noise(70_000, 2));
        StemBuffer all = new(), some = new();

        var whole = Separate(recording, all);
        var part = Separate(recording, new StemSelection(some, [[3], [0, 2, 4], [0], [4, 1]]));

        Assert.Equal(4, some.Stems.Count);
        Assert.Equal(all.Stems[3].Interleaved, some.Stems[0].Interleaved);
        Assert.Equal(Sum(all, 0, 2, 4), some.Stems[1].Interleaved);
        Assert.Equal(all.Stems[0].Interleaved, some.Stems[2].Interleaved);
        Assert.Equal(Sum(all, 1, 4), some.Stems[3].Interleaved);
        // What is left out is still part of the whole.
        Assert.Equal(whole.ConservationResidualDb, part.ConservationResidualDb);
        Assert.Equal(whole.Templates, part.Templates);
    }

    [Fact]
    public void The_sum_of_all_is_the_recording()
    {
        var recording = TestSignals.Recording(TestSignals.Tones(5000, 1));
        var sum = new StemBuffer();

        Separate(recording, new StemSelection(sum, [[0, 1, 2, 3, 4]]));

        float[] got = sum.Stems[0].Interleaved.ToArray(), want = recording.Interleaved.ToArray();
        for (int i = 0; i < want.Length; i++) Assert.True(Math.Abs(got[i] - want[i]) <= RoundTripTests.Tolerance, $"sample {i}: {got[i]}, recorded {want[i]}");
    }

    [Fact]
    public void Blocks_of_any_length_are_summed_apart_and_an_empty_sum_is_silent()
    {
        var kept = new StemBuffer();
        var selection = new StemSelection(kept, [[1, 0], []]);
        selection.Begin(new StemFormat(3, 1, 8000, 5));

        foreach ((int start, float[] block) in new (int, float[])[] { (0, [1, 2, 3]), (3, [4, 5]) })
            for (int k = 0; k < 3; k++) selection.Write(k, start, [.. block.Select(sample => sample * (k + 1))]);

        Assert.Equal([3, 6, 9, 12, 15], kept.Stems[0].Interleaved);
        Assert.Equal(new float[5], kept.Stems[1].Interleaved);
    }

    [Fact]
    public void What_cannot_be_selected_is_refused()
    {
        var kept = new StemBuffer();
        Refused<ArgumentException>("parts", "Nothing is selected", () => Constructed(new StemSelection(kept, [])));
        Refused<ArgumentException>("parts", "stem 2 twice", () => Constructed(new StemSelection(kept, [[0], [2, 1, 2]])));
        Refused<ArgumentOutOfRangeException>("parts", "counted from 0", () => Constructed(new StemSelection(kept, [[-1]])));
        Refused<ArgumentOutOfRangeException>("format", "Stem 3 is selected, counted from 0, and there are 3", () => new StemSelection(kept, [[3]]).Begin(new StemFormat(3, 1, 8000, 5)));
    }

    [Fact]
    public void Stems_of_a_block_come_in_turn()
    {
        var selection = new StemSelection(new StemBuffer(), [[1, 2]]);
        selection.Begin(new StemFormat(3, 1, 8000, 5));
        Refused<ArgumentException>("component", "Stem 1 comes with 2 samples at sample frame 0; expected stem 0", () => selection.Write(1, 0, new float[2]));
        selection.Write(0, 0, new float[2]);
        Refused<ArgumentException>("component", "Stem 1 comes with 3 samples at sample frame 0; expected stem 1 with 2 at 0", () => selection.Write(1, 0, new float[3]));
        Refused<ArgumentException>("component", "expected stem 1 with 2 at 0", () => selection.Write(2, 0, new float[2]));
    }

    [Fact]
    public void Files_have_the_names_that_they_were_given()
    {
        using var folder = new TempFolder();
        using var files = new WavStemSink(folder.Path, WavEncoding.Float32, ["component-03.wav", "mix-1+2.wav"]);
        var selection = new StemSelection(files, [[2], [0, 1]]);
        selection.Begin(new StemFormat(3, 1, 8000, 2));
        for (int k = 0; k < 3; k++) selection.Write(k, 0, [k + 1, k + 1]);
        files.Complete(TestContext.Current.CancellationToken);

        Assert.Equal(["component-03.wav", "mix-1+2.wav"], files.Files.Select(file => file.FileName));
        Assert.Equal([3, 3], Read(folder["component-03.wav"]));
        Assert.Equal([3, 3], Read(folder["mix-1+2.wav"]));
        Refused<ArgumentException>("fileNames", "'a/b.wav' is no name", () => Constructed(new WavStemSink(folder.Path, WavEncoding.Float32, ["a/b.wav"])));
        Refused<ArgumentException>("fileNames", "the same file name", () => Constructed(new WavStemSink(folder.Path, WavEncoding.Float32, ["a.wav", "A.wav"])));
        using var few = new WavStemSink(folder.Path, WavEncoding.Float32, ["a.wav"]);
        Refused<ArgumentException>("format", "There are 2 stems and 1 file names", () => few.Begin(new StemFormat(2, 1, 8000, 2)));
        Assert.False(File.Exists(folder["a.wav"]));
    }

    private static SeparationResult Separate(AudioBuffer recording, IStemSink sink)
    {
#pragma warning disable CA2000 // Disposing the separator would close the session, which the lanes share.
        return new SourceSeparator(Lane.Session(Lane.Cpu)).Separate(recording, sink, s_options, cancellation: TestContext.Current.CancellationToken);
#pragma warning restore CA2000
    }

    private static float[] Sum(StemBuffer stems, params int[] parts) =>
        [.. Enumerable.Range(0, stems.Stems[0].Interleaved.Length).Select(i => (float)parts.Sum(k => (double)stems.Stems[k].Interleaved[i]))];

    private static float[] Read(string path)
    {
        using var file = WavSource.Open(path);
        var samples = new float[file.Length * file.Channels];
        file.Read(0, samples);
        return samples;
    }

    private static void Constructed(StemSelection selection) => Assert.Fail($"{selection} was made");

    private static void Constructed(WavStemSink sink)
    {
        sink.Dispose();
        Assert.Fail("the sink was made");
    }

    private static void Refused<T>(string parameter, string piece, Action act) where T : ArgumentException
    {
        var exception = Assert.Throws<T>(parameter, act);
        Assert.Contains(piece, exception.Message, StringComparison.Ordinal);
    }
}
