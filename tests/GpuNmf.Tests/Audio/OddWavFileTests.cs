using System.Buffers.Binary;
using System.Security.Cryptography;
using GpuNmf.Audio;
using Xunit;

namespace GpuNmf.Tests.Audio;

/// <summary>117 odd and broken WAV files of other projects' tests, compared with what libsndfile reads in them.</summary>
/// <remarks>
/// A file that libsndfile reads must give the same samples, one in <see cref="Errors"/> must be refused for the reason given there.
/// Where the list leaves the choice ("either", "clean error or lenient decode") the choice is fixed here.
/// </remarks>
public sealed class OddWavFileTests
{
    private const string NoExtension = "WAVE_FORMAT_EXTENSIBLE needs 40;";
    private const string Adpcm = "holds Microsoft ADPCM;";

    /// <summary>Part of the message for each file that is refused.</summary>
    private static readonly Dictionary<string, string> Errors = new()
    {
        ["bad_riff_header.wav"] = "is not a WAV file (starts with 'This');",
        ["bad_sample_rate.wav"] = "claims a sampling rate of 0 Hz",
        ["crash-24728523ef4be15c838293b676f6853e73723bf4.wav"] = "has a fmt chunk that claims 655360 bytes where 17 are left;",
        ["crash-b8447179832529c48f9c6bf17feab6337bbc78ea.wav"] = "has a fmt chunk that claims 4278190336 bytes where 21 are left;",
        ["crash-cbd757427cea12bd8a21f86cd8cf74d98ce56bee.wav"] = "has a fmt chunk that claims 2555904 bytes where 19 are left;",
        ["crash-e879de4eb4d206c59e21f0e01def16457af80fdc.wav"] = "has no fmt chunk, which says how samples are stored (no chunk begins at byte 12",
        ["empty.wav"] = "is empty (0 bytes);",
        ["extensible_format_chunk_extension_incomplete.wav"] = NoExtension,
        ["extensible_format_chunk_extension_incomplete_in_incorrectly_sized_chunk.wav"] = "holds the unknown sub-format",
        ["extensible_format_chunk_extension_incomplete_in_large_enough_chunk.wav"] = "holds the unknown sub-format 00000000-",
        ["extensible_format_chunk_extension_missing.wav"] = NoExtension,
        ["extensible_format_chunk_extension_size_incomplete.wav"] = NoExtension,
        ["extensible_format_chunk_extension_size_incomplete_with_padding_byte.wav"] = NoExtension,
        ["extensible_format_chunk_extension_truncated.wav"] = NoExtension,
        ["extensible_unsupported_subformat_guid.wav"] = Adpcm,
        ["float_format_chunk_oversized_extension_too_large.wav"] = "(no chunk begins at byte 42",
        ["format_chunk_extra_bytes_with_odd_size_and_missing_padding_byte.wav"] = "(no chunk begins at byte 40",
        ["format_chunk_with_extra_byte_and_missing_padding_byte.wav"] = "(no chunk begins at byte 38",
        ["incomplete_riff_format.wav"] = "ends inside its header (10 of 12 bytes);",
        ["incomplete_riff_header.wav"] = "ends inside its header (4 of 12 bytes);",
        ["insufficient_format_chunk.wav"] = "has a fmt chunk of 8 bytes, at least 16 are needed;",
        ["no_data_chunk.wav"] = "has no data chunk, which holds the samples;",
        ["no_format_chunk_size.wav"] = "(the chunk header at byte 12 is cut off);",
        ["no_riff_format.wav"] = "ends inside its header (8 of 12 bytes);",
        ["test-44100Hz-le-1ch-4bytes-incomplete-chunk.wav"] = "(the chunk header at byte 12 is cut off);",
        ["unsupported_format_code_missing_extension_size.wav"] = Adpcm,
        ["unsupported_format_code_with_incomplete_extension.wav"] = Adpcm,
        ["unsupported_format_extension_truncated.wav"] = Adpcm,
        ["unsupported_format_oversized_extension_too_large.wav"] = Adpcm,

        // libsndfile opens these, and finds no samples.
        ["unsupported_format_code_with_extension.wav"] = Adpcm,
        ["unsupported_format_code_with_oversized_extension.wav"] = Adpcm,
        ["unsupported_format_code_with_oversized_extension_and_extra_bytes.wav"] = Adpcm,

        // libsndfile makes them empty recordings. The first ends within the data chunk's header; the second has 20-bit
        // samples in 2 bytes, which cannot be.
        ["data_chunk_has_incomplete_chunk_size.wav"] = "(the chunk header at byte 36 is cut off);",
        ["unsupported_bits_per_sample.wav"] = "claims blocks of 4 bytes, 2 channels of 20 bits take 6;",
    };

    /// <summary>Files that must give the samples that libsndfile finds in another file, because it reads them not or wrongly.</summary>
    private static readonly Dictionary<string, string> SameAs = new()
    {
        // libsndfile wants fmt before data, and a smpl chunk of the right size; neither matters for the samples.
        ["format_chunk_after_data_chunk.wav"] = "with_smpl_chunk_no_loops.wav",
        ["smpl_chunk_empty.wav"] = "with_smpl_chunk_no_loops.wav",

        // The same bytes as its neighbour's, whose header says that 24 bits lie in 4 bytes; here only the block size does.
        // libsndfile ignores it and takes samples of 3 bytes from blocks of 8.
        ["pcmwaveformat-24bit-4byte-48kHz-stereo.wav"] = "waveformatextensible-24bit-4byte-48kHz-stereo.wav",
    };

    private static readonly Lazy<Dictionary<string, OddWavFile>> List = new(() => OddWavFile.ReadList(SharedData.Path(OddWavFile.List)));

    /// <summary>The files of the list; one row that stands for all where the list is absent.</summary>
    public static TheoryData<string> Names()
    {
        string? list = SharedData.PathOrNull(OddWavFile.List);
        return list is null ? ["(no list)"] : [.. OddWavFile.ReadList(list).Keys];
    }

    [Fact]
    public void The_list_and_the_choices_made_here_fit_together()
    {
        SharedData.Path(OddWavFile.List);
        Assert.Equal(117, List.Value.Count);
        foreach (string choice in Errors.Keys.Concat(SameAs.Keys).Concat(SameAs.Values)) Assert.Single(List.Value.Keys, n => n.EndsWith("/" + choice, StringComparison.Ordinal));
        foreach ((string name, OddWavFile file) in List.Value)
        {
            bool refused = Errors.ContainsKey(Path.GetFileName(name));
            if (file.Expect.StartsWith("decode", StringComparison.Ordinal)) Assert.False(refused, $"{name} must be decoded.");
            if (file.Expect == "clean error") Assert.True(refused, $"{name} must be refused.");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_odd_file_is_read_as_libsndfile_reads_it_or_refused_with_the_reason(string name)
    {
        SharedData.Path(OddWavFile.List);
        string path = SharedData.Path("audio/" + name);
        string file = Path.GetFileName(name);
        if (Errors.TryGetValue(file, out string? message))
        {
            var e = Assert.Throws<AudioFormatException>(() => WavSource.Open(path));
            Assert.StartsWith(path + " ", e.Message, StringComparison.Ordinal);
            Assert.Contains(message, e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', e.Message);
            return;
        }
        string other = SameAs.GetValueOrDefault(file, file);
        (string otherName, OddWavFile want) = List.Value.Single(f => f.Key.EndsWith("/" + other, StringComparison.Ordinal));
        Assert.True(want.IsReadByLibsndfile || want.IsReadByScipyAlone, $"{other}: nothing to compare with.");
        using WavSource source = WavSource.Open(path);
        Assert.Equal((want.SampleRateHz, want.Channels, want.Frames), (source.SampleRateHz, source.Channels, source.Length));
        if (want.IsReadByLibsndfile) Assert.EndsWith(want.Encoding, source.Encoding, StringComparison.Ordinal);
        AssertSamples(want, SharedData.Path("audio/" + otherName), AudioBuffer.From(source));
    }

    [Theory]
    [InlineData("data_chunk_truncated.wav", "The data chunk claims 100000 bytes and the file holds 2240; it was cut off, and what is there is read.")]
    [InlineData("test-44100Hz-le-1ch-4bytes-early-eof.wav", "The data chunk claims 17640 bytes and the file holds 944; it was cut off, and what is there is read.")]
    public void A_cut_off_file_warns(string file, string warning)
    {
        SharedData.Path(OddWavFile.List);
        string name = List.Value.Keys.Single(n => n.EndsWith("/" + file, StringComparison.Ordinal));
        using WavSource source = WavSource.Open(SharedData.Path("audio/" + name));
        Assert.Equal([warning], source.Warnings);
    }

    /// <summary>What becomes of the files, by what the list expects of them.</summary>
    [Fact]
    public void Every_expectation_is_met_by_so_many_files()
    {
        SharedData.Path(OddWavFile.List);
        var outcomes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach ((string name, OddWavFile file) in List.Value)
        {
            string outcome = $"{file.Expect}: {(IsRead(SharedData.Path("audio/" + name)) ? "read" : "refused")}";
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        }
        Assert.Equal(new SortedDictionary<string, int>(StringComparer.Ordinal)
        {
            ["clean error or lenient decode; the fixture author rejects it: read"] = 5,
            ["clean error or lenient decode; the fixture author rejects it: refused"] = 29,
            ["clean error: refused"] = 5,
            ["decode (the fixture author says valid): read"] = 38,
            ["decode: read"] = 35,
            ["either: both readers decode but differ (see disagreement): read"] = 1,
            ["either: readers disagree; no crash, no endless loop, no huge allocation: read"] = 4,
        }, outcomes);
        Assert.Equal(117, outcomes.Values.Sum());
    }

    private static bool IsRead(string path)
    {
        try
        {
            using WavSource source = WavSource.Open(path);
            return true;
        }
        catch (AudioFormatException)
        {
            return false;
        }
    }

    // The list has the ends of a recording and a hash of all of it. Where that is also the hash of the oracle's samples, these are libsndfile's.
    // float64 is then rounded once to float32: by 2^-25 of full scale at most, 3e-8.
    private static void AssertSamples(OddWavFile want, string path, AudioBuffer got)
    {
        double[] samples = want.Frames == 0 ? [] : DoubleWav.Read(File.ReadAllBytes(path));
        Array.Resize(ref samples, (int)want.Frames * want.Channels);      // what is left of a frame at the end does not count
        if (want.Sha256 is not null) Assert.Equal(want.Sha256, Sha256(samples));
        else Assert.True(want.Frames == 0 || want.IsReadByScipyAlone, $"{path}: nothing to compare with.");
        Assert.Equal(want.FirstFrames.SelectMany(frame => frame), samples.Take(want.FirstFrames.Length * want.Channels));
        Assert.Equal(want.LastFrame, samples[^want.LastFrame.Length..]);
        Assert.Equal(Array.ConvertAll(samples, v => (float)v), got.Interleaved.ToArray());
    }

    private static string Sha256(double[] samples)
    {
        var bytes = new byte[8 * samples.Length];
        for (int i = 0; i < samples.Length; i++) BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(8 * i), samples[i]);
        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }
}
