using GpuNmf.Audio;
using Xunit;
using static GpuNmf.Tests.Audio.RiffBytes;

namespace GpuNmf.Tests.Audio;

/// <summary>What a user reads who passes the wrong file: value, rule, way out, in one line.</summary>
public sealed class WavSourceErrorTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_missing_file_is_named()
    {
        string path = _folder["nowhere.wav"];
        var e = Assert.Throws<FileNotFoundException>(() => WavSource.Open(path));
        Assert.Equal($"There is no file {path}.", e.Message);
        Assert.Equal(path, e.FileName);
    }

    [Fact]
    public void A_folder_is_no_file()
    {
        Assert.Equal($"{_folder.Path} is a folder; name a WAV file in it.", Error(_folder.Path));
    }

    [Theory]
    [InlineData("song.mp3", "ID3\u0003", "'ID3'", "song.wav")]
    [InlineData("song.flac", "fLaC", "'fLaC'", "song.wav")]
    [InlineData("song.ogg", "OggS", "'OggS'", "song.wav")]
    [InlineData("really-text.wav", "This is a text", "'This'", "really-text-pcm.wav")]
    [InlineData("short.wav", "RI", "'RI'", "short-pcm.wav")]
    public void Another_format_is_named_with_the_way_out(string name, string start, string quoted, string target)
    {
        string path = _folder.Create(name, Text(start));
        Assert.Equal($"{path} is not a WAV file (starts with {quoted}); decode it first, for example: ffmpeg -i {path} {_folder[target]}", Error(path));
    }

    [Fact]
    public void Binary_starts_are_shown_in_hexadecimal_and_names_with_spaces_in_quotes()
    {
        string path = _folder.Create("my song.mp3", [0xFF, 0xFB, 0x90, 0x64, 0x00]);
        Assert.Equal($"{path} is not a WAV file (starts with bytes FF FB 90 64); decode it first, for example: ffmpeg -i \"{path}\" \"{_folder["my song.wav"]}\"", Error(path));
    }

    [Fact]
    public void An_empty_file_is_named()
    {
        string path = _folder.Create("empty.wav", []);
        Assert.Equal($"{path} is empty (0 bytes); a WAV file starts with 'RIFF'. Copy or export it again.", Error(path));
    }

    [Theory]
    [InlineData(0x0002, "Microsoft ADPCM")]
    [InlineData(0x0011, "IMA ADPCM")]
    [InlineData(0x0031, "GSM 6.10")]
    [InlineData(0x0055, "MP3")]
    [InlineData(0x0161, "Windows Media Audio")]
    [InlineData(0xABCD, "the unknown codec 0xABCD")]
    public void A_codec_that_is_not_read_is_named(int tag, string name)
    {
        string path = _folder.Create("a.wav", Riff(Format(tag, 1, 8), Chunk("data", new byte[8])));
        Assert.Equal($"{path} holds {name}; WAV files of 1 to 64-bit PCM, 32 or 64-bit float, A-law and mu-law are read. Convert it first, for example: ffmpeg -i {path} {_folder["a-pcm.wav"]}", Error(path));
        string extensible = _folder.Create("b.wav", Riff(Extensible(tag, 1, 8, 8), Chunk("data", new byte[8])));
        Assert.StartsWith($"{extensible} holds {name}; ", Error(extensible), StringComparison.Ordinal);
    }

    [Fact]
    public void Other_RIFF_data_are_named()
    {
        byte[] file = [.. Text("RIFF"), .. UInt32(4, false), .. Text("AVI ")];
        AssertError(file, "holds RIFF data of type 'AVI ' instead of 'WAVE'; ");
    }

    [Theory]
    [InlineData(1, 65, "holds 65-bit PCM; ")]
    [InlineData(6, 16, "holds 16-bit A-law; ")]
    [InlineData(7, 4, "holds 4-bit mu-law; ")]
    [InlineData(1, 0, "holds 0-bit PCM; ")]
    [InlineData(3, 16, "holds 16-bit float; ")]
    [InlineData(3, 24, "holds 24-bit float; ")]
    public void A_width_that_is_not_read_is_named(int tag, int bits, string message) =>
        AssertError(Riff(Format(tag, 1, bits), Chunk("data", new byte[16])), message);

    [Theory]
    [InlineData(2, 16, 3, "claims blocks of 3 bytes, 2 channels of 16 bits take 4; ")]
    [InlineData(2, 20, 4, "claims blocks of 4 bytes, 2 channels of 20 bits take 6; ")]
    [InlineData(1, 16, 5, "claims blocks of 5 bytes, 1 channels of 16 bits take 2; ")]
    [InlineData(1, 24, 5, "claims blocks of 5 bytes, 1 channels of 24 bits take 3; ")]
    [InlineData(1, 40, 9, "claims blocks of 9 bytes, 1 channels of 40 bits take 5; ")]
    [InlineData(1, 8, 2, "claims blocks of 2 bytes, 1 channels of 8 bits take 1; ")]
    public void A_block_size_that_contradicts_the_width_is_refused(int channels, int bits, int blockAlign, string message) =>
        AssertError(Riff(Format(1, channels, bits, blockAlign: blockAlign), Chunk("data", new byte[60])), message);

    [Fact]
    public void Numbers_that_cannot_be_are_refused()
    {
        byte[] data = Chunk("data", new byte[8]);
        AssertError(Riff(Format(1, 0, 16), data), "claims 0 channels, at least 1 is needed; the file is damaged");
        AssertError(Riff(Format(1, 1, 16, rate: 0), data), "claims a sampling rate of 0 Hz, it must lie in 1..2147483647; ");
        AssertError(Riff(Format(1, 1, 16, rate: 0x80000000), data), "claims a sampling rate of 2147483648 Hz, ");
        AssertError(Riff(Extensible(1, 1, 16, 17), data), "claims 17 valid bits in samples of 16 bits; ");
    }

    [Fact]
    public void Missing_and_short_chunks_are_named()
    {
        byte[] data = Chunk("data", new byte[8]);
        byte[] format = Format(1, 1, 16);
        AssertError(Riff(data), "has no fmt chunk, which says how samples are stored; ");
        AssertError(Riff(format), "has no data chunk, which holds the samples; ");
        AssertError(Riff(format, [1, 2, 3]), "has no data chunk, which holds the samples (the chunk header at byte 36 is cut off); ");
        AssertError(Riff(format, new byte[8], data), "has no data chunk, which holds the samples (no chunk begins at byte 36 (bytes 00 00 00 00)); ");
        AssertError(Riff(format, ChunkClaiming("LIST", 99, [1, 2]), data), "(the chunk 'LIST' at byte 36 claims 99 bytes and 18 are left); ");
        AssertError(Riff(Chunk("fmt ", [1, 0, 1, 0])), "has a fmt chunk of 4 bytes, at least 16 are needed; ");
        AssertError(Riff(Chunk("fmt ", FormatContent(0xFFFE, 1, 16))), "has a fmt chunk of 16 bytes, WAVE_FORMAT_EXTENSIBLE needs 40; ");
        AssertError(Riff(ChunkClaiming("fmt ", 4000, FormatContent(1, 1, 16))), "has a fmt chunk that claims 4000 bytes where 16 are left; ");
        AssertError(RiffOf("RF64", uint.MaxValue, false, Chunk("ds64", [1, 2]), format, data), "has a ds64 chunk of 2 bytes, at least 16 are needed; ");
        AssertError(Text("RIFF\0\0\0\0WA"), "ends inside its header (10 of 12 bytes); ");
    }

    [Fact]
    public void A_file_can_be_deleted_after_an_error()
    {
        string path = _folder.Create("a.wav", Text("nonsense"));
        Error(path);
        using var exclusive = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.Equal(8, exclusive.Length);
    }

    private static string Error(string path) => Assert.Throws<AudioFormatException>(() => WavSource.Open(path)).Message;

    private void AssertError(byte[] content, string message)
    {
        string path = _folder.Create("bad.wav", content);
        string error = Error(path);
        Assert.StartsWith(path, error, StringComparison.Ordinal);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }
}
