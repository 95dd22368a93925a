using System.Text.Json.Nodes;
using GpuNmf.Audio;
using NVorbis;

namespace GpuNmf.Benchmarks.Quality;

/// <summary>Sound of a clip's instruments that is not in the clip: what its maker left of the recordings that he cut it from.</summary>
internal static class OtherMaterial
{
    private static readonly (string Clip, (string File, string From)[] Sources)[] s_known =
    [
        ("speech_trumpet_stereo", [("5703-47212-0000.ogg", "speech_from_s"), ("solo-trumpet-06.ogg", "trumpet_from_s")]),
    ];

    /// <summary>One recording a source, in the clip's order; null where there is none but the clip itself.</summary>
    internal static AudioBuffer[]? Of(string shared, MixtureClip clip)
    {
        var known = Array.Find(s_known, one => one.Clip == clip.Name);
        if (known.Sources is null) return null;
        string audio = Path.Combine(shared, "data", "audio");
        JsonNode facts = JsonNode.Parse(File.ReadAllText(Path.Combine(audio, "derived", clip.Name, "clip.json")))!;
        int length = facts["samples"]!.GetValue<int>(), rate = facts["rate"]!.GetValue<int>();
        return [.. known.Sources.Select(source =>
        {
            float[] whole = Decoded(Path.Combine(audio, "librosa+data", "audio", source.File), rate);
            int first = (int)Math.Round(facts["construction"]![source.From]!.GetValue<double>() * rate);
            return new AudioBuffer([.. whole[..first], .. whole[(first + length)..]], 1, rate);
        })];
    }

    private static float[] Decoded(string path, int rate)
    {
        using var file = new VorbisReader(path);
        if (file.Channels != 1 || file.SampleRate != rate) throw new InvalidDataException($"{path} has {file.Channels} channels at {file.SampleRate} Hz; 1 at {rate} Hz is expected.");
        var samples = new float[file.TotalSamples];
        int read = 0;
        for (int block; read < samples.Length && (block = file.ReadSamples(samples, read, samples.Length - read)) > 0;) read += block;
        return samples[..read];
    }
}
