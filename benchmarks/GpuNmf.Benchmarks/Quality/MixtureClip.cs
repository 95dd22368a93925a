using GpuNmf.Reference;

namespace GpuNmf.Benchmarks.Quality;

/// <summary>A mixture of the shared data with its exact sources.</summary>
/// <param name="Name">Folder of the clip.</param>
/// <param name="MixturePath">WAV file of the mixture.</param>
/// <param name="Sources">Names, in the order of the baseline's scores.</param>
/// <param name="References">[source][channel][sample].</param>
internal sealed record MixtureClip(string Name, string MixturePath, IReadOnlyList<string> Sources, double[][][] References)
{
    internal static IReadOnlyList<string> Names { get; } = ["drums_kick_snare", "piano_3notes", "naudio_kit", "speech_trumpet_stereo"];

    internal int Channels => References[0].Length;

    internal static MixtureClip Open(string shared, Baseline baseline, string name)
    {
        string folder = Path.Combine(shared, "data", "audio", "derived", name);
        var sources = baseline.Sources(name);
        return new MixtureClip(name, Path.Combine(folder, "mix.wav"), sources, [.. sources.Select(s => Pcm16Wav.Read(Path.Combine(folder, $"ref_{s}.wav")))]);
    }

    /// <summary>Largest sample of the mean of the channels; the baseline divides by it.</summary>
    internal double MonoPeak() => Pcm16Wav.Open(MixturePath).Mono().Max(Math.Abs);
}
