// <readme>
using GpuNmf;
using GpuNmf.Audio;
using GpuNmf.Nmf;
// </readme>

namespace GpuNmf.Tests;

/// <summary>The library example of README.md: what stands between the markers is the example, line by line.</summary>
internal static class ReadmeExample
{
    /// <param name="input">A WAV file.</param>
    /// <param name="folder">An existing folder for the stems.</param>
    /// <param name="output">Takes what the example prints.</param>
    internal static SeparationResult Run(string input, string folder, TextWriter output)
    {
        // <readme>
        using var recording = WavSource.Open(input);
        using var stems = new WavStemSink(folder, WavEncoding.Float32);
        using var separator = new SourceSeparator();                    // CUDA, else an OpenCL GPU, else the CPU

        SeparationResult result = separator.Separate(recording, stems, new SeparationOptions
        {
            Nmf = new NmfOptions { Rank = 3, Seed = 1 },
        });
        stems.Complete();                                               // headers and sizes; then the files are described

        output.WriteLine($"{result.Device.Name}: {result.Iterations} iterations, loss {result.LossTrace[^1].Loss:F0}");
        foreach (StemFileInfo stem in stems.Files) output.WriteLine($"{stem.FileName}: peak {stem.Peak:F3}");
        // </readme>
        return result;
    }
}
