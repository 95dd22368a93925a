using System.Globalization;
using GpuNmf.Audio;
using GpuNmf.Reference;

namespace GpuNmf.Benchmarks;

/// <summary><c>-- make-input OUT.wav SECONDS [--channels N]</c>: writes input of any length, the same bytes every time.</summary>
internal static class MakeInput
{
    internal const string Command = "make-input";

    /// <summary>Chooses the pattern of every input that figures are reported for.</summary>
    internal const ulong Seed = 1;

    internal static int Run(string path, string seconds, string channels)
    {
        int length = int.Parse(seconds, CultureInfo.InvariantCulture), count = int.Parse(channels, CultureInfo.InvariantCulture);
        var machine = new DrumMachine(Seed, channels: count);
        Write(path, machine.Render(checked(length * machine.SampleRateHz)));
        return 0;
    }

    internal static void Write(string path, DrumRecording drums)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var file = WavFile.Write(path, new AudioBuffer(drums.Mixture, drums.Channels, drums.SampleRateHz), WavEncoding.Pcm16);
        Console.WriteLine($"{path}: {file.Length} samples at {drums.SampleRateHz} Hz, {drums.Channels} channel(s), peak {file.Peak:F3}");
    }
}
