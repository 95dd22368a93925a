using GpuNmf.Audio;
using GpuNmf.Reference;

namespace GpuNmf.Benchmarks;

/// <summary><c>-- make-sample [PATH]</c>: writes the repository's sample recording.</summary>
internal static class MakeSample
{
    internal const string Command = "make-sample";

    internal static void Run(string[] arguments)
    {
        string path = arguments.Length > 0 ? arguments[0] : Path.Combine("samples", "drums.wav");
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var drums = SampleDrums.Render();
        var file = WavFile.Write(path, new AudioBuffer(drums.Mixture, drums.Channels, drums.SampleRateHz), WavEncoding.Pcm16);
        Console.WriteLine($"{path}: {file.Length} samples at {drums.SampleRateHz} Hz, peak {file.Peak:F3}");
    }
}
