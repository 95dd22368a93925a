using System.Globalization;
using GpuNmf.Audio;
using GpuNmf.Reference;

namespace GpuNmf.Benchmarks;

/// <summary><c>-- make-input OUT.wav SECONDS [--channels N]</c>: writes input of any length, the same bytes every time; above 4 GiB as RF64.</summary>
internal static class MakeInput
{
    internal const string Command = "make-input";

    /// <summary>Chooses the pattern of every input that figures are reported for.</summary>
    internal const ulong Seed = 1;

    internal static int Run(string path, string seconds, string channels)
    {
        int length = int.Parse(seconds, CultureInfo.InvariantCulture), count = int.Parse(channels, CultureInfo.InvariantCulture);
        var machine = new DrumMachine(Seed, channels: count);
        Write(path, new Drums(machine, (long)length * machine.SampleRateHz));
        return 0;
    }

    internal static void Write(string path, DrumRecording drums) => Write(path, new AudioBuffer(drums.Mixture, drums.Channels, drums.SampleRateHz));

    private static void Write(string path, IAudioSource drums)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var file = WavFile.Write(path, drums, WavEncoding.Pcm16);
        Console.WriteLine($"{path}: {file.Length} samples at {drums.SampleRateHz} Hz, {drums.Channels} channel(s), peak {file.Peak:F3}");
    }

    /// <summary>The drum machine as a recording of some length, rendered where it is read.</summary>
    private sealed class Drums(DrumMachine machine, long length) : IAudioSource
    {
        public int SampleRateHz => machine.SampleRateHz;

        public int Channels => machine.Channels;

        public long Length => length;

        public void Read(long start, Span<float> interleaved) => machine.Render(start, interleaved.Length / machine.Channels).Mixture.CopyTo(interleaved);
    }
}
