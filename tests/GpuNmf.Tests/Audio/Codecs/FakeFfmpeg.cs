using System.Buffers.Binary;
using System.Globalization;

namespace GpuNmf.Tests.Audio.Codecs;

/// <summary>A folder with shell scripts in the places of <c>ffmpeg</c> and <c>ffprobe</c>.</summary>
internal sealed class FakeFfmpeg
{
    /// <summary>Of every file that the fake ffprobe describes.</summary>
    public const int SampleRateHz = 8000;

    private readonly string _folder;

    /// <param name="folder">Created; stands for PATH.</param>
    /// <param name="statedSeconds">Length of every file.</param>
    public FakeFfmpeg(string folder, double statedSeconds = 1)
    {
        Directory.CreateDirectory(folder);
        _folder = folder;
        string seconds = statedSeconds.ToString(CultureInfo.InvariantCulture);
        Script("ffprobe", $$$"""
            echo '{"streams":[{"index":0,"codec_name":"flac","codec_type":"audio","sample_rate":"{{{SampleRateHz}}}","channels":1,"duration":"{{{seconds}}}","bits_per_raw_sample":"16"}],"format":{"format_name":"flac"}}'
            """);
    }

    /// <summary>The PATH that has nothing but the scripts.</summary>
    public string SearchPath => _folder;

    /// <summary>A file that scripts write when they have begun.</summary>
    public string Marker => Path.Combine(_folder, "began");

    /// <summary>Shell commands that write the header and so many seconds of silence as ffmpeg would.</summary>
    public string Sound(double seconds)
    {
        var bytes = new byte[24 + 4 * (int)(seconds * SampleRateHz)];
        ".snd"u8.CopyTo(bytes);
        int[] words = [24, -1, 6, SampleRateHz, 1];
        for (int i = 0; i < words.Length; i++) BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + 4 * i), words[i]);
        string path = Path.Combine(_folder, "sound.au");
        File.WriteAllBytes(path, bytes);
        return $"/bin/cat '{path}'";
    }

    /// <summary>Replaces a program by these shell commands.</summary>
    public void Script(string name, string commands) => Program(name, "#!/bin/sh\n" + commands.ReplaceLineEndings("\n") + "\n");

    /// <summary>Replaces a program by this content.</summary>
    public void Program(string name, string content)
    {
        string path = Path.Combine(_folder, name);
        File.Delete(path);
        File.WriteAllText(path, content);
        SetMode(name, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    /// <summary>Makes a program one that may not be run.</summary>
    public void Forbid(string name) => SetMode(name, UnixFileMode.UserRead);

    /// <summary>ffmpeg becomes a program that begins and never ends: its number is in <see cref="Marker"/>, its child's in the second line.</summary>
    public void Hang() => Script("ffmpeg", $"""
        {Sound(0.25)}
        /bin/sleep 1000 &
        printf '%s\n' $$ $! > '{Marker}.new'
        /bin/mv '{Marker}.new' '{Marker}'
        wait
        """);

    /// <summary>The numbers that <see cref="Hang"/> wrote.</summary>
    public int[] HangingProcesses => [.. File.ReadAllLines(Marker).Select(line => int.Parse(line, CultureInfo.InvariantCulture))];

    /// <summary>True while a process is there, as a zombie too.</summary>
    public static bool IsAlive(int process) => Directory.Exists($"/proc/{process}");

    private void SetMode(string name, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(_folder, name), mode);
    }
}
