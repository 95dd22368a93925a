using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace GpuNmf.Reference;

/// <summary>
/// One clip of the golden results: what librosa, scikit-learn and mir_eval compute on it. The rules and the tolerances of every file are
/// in <c>data/golden/README.md</c> of the shared folder.
/// </summary>
public sealed class Golden
{
    private readonly string _folder;
    private readonly JsonElement _meta;

    /// <summary>Opens one clip.</summary>
    /// <param name="shared">The shared folder (<see cref="SharedFolder"/>).</param>
    /// <param name="clip">One of <see cref="Clips"/>.</param>
    public Golden(string shared, string clip)
    {
        Clip = clip;
        _folder = Path.Combine(shared, "data", "golden", clip);
        _meta = ReadJson(Path.Combine(_folder, "meta.json"));
    }

    /// <summary>The clips that have golden results.</summary>
    public static IReadOnlyList<string> Clips { get; } = ["drums_kick_snare", "piano_3notes", "speech_trumpet_stereo"];

    /// <summary>The betas of the multiplicative updates; <see cref="Key"/> makes them part of a file name.</summary>
    public static IReadOnlyList<double> Betas { get; } = [2, 1.5, 1, 0.5, 0];

    /// <summary>Name of this clip.</summary>
    public string Clip { get; }

    /// <summary>The whole of meta.json.</summary>
    public JsonElement Meta => _meta;

    /// <summary>Names of the sources, in the order of the references and the scores.</summary>
    public IReadOnlyList<string> Sources => [.. _meta.GetProperty("sources").EnumerateArray().Select(e => e.GetString()!)];

    /// <summary>Samples per channel.</summary>
    public int Samples => _meta.GetProperty("samples").GetInt32();

    /// <summary>Path of the mixture's WAV file.</summary>
    public string MixturePath => Resolve(_meta.GetProperty("wav").GetString()!);

    /// <summary>The signal of all results: the mean of the mixture's channels, divided by its peak.</summary>
    public double[] Signal()
    {
        double[] mono = Pcm16Wav.Open(MixturePath).Mono();
        return Divide(mono, mono.Max(Math.Abs));
    }

    /// <summary>The sources, divided by the mixture's peak, so that they add up to <see cref="Signal"/>.</summary>
    public double[][] References()
    {
        double peak = Pcm16Wav.Open(MixturePath).Mono().Max(Math.Abs);
        return [.. _meta.GetProperty("reference_wavs").EnumerateArray().Select(e => Divide(Pcm16Wav.Open(Resolve(e.GetString()!)).Mono(), peak))];
    }

    /// <summary>A real matrix of the clip, such as <c>X</c>, <c>init/W0_r5</c> or <c>mu/b1_r5_it10_H</c>.</summary>
    /// <param name="name">Path inside the clip's folder, without .npy.</param>
    public double[,] Matrix(string name) => Npy.ReadMatrix(Resolve(name + ".npy"));

    /// <summary>A real vector of the clip, such as <c>wiener/KL_r2_kick_f32</c>.</summary>
    /// <inheritdoc cref="Matrix" path="/param"/>
    public double[] Vector(string name) => Npy.ReadVector(Resolve(name + ".npy"));

    /// <summary>A complex matrix of the clip, such as <c>stft_default_c128</c>.</summary>
    /// <inheritdoc cref="Matrix" path="/param"/>
    public Complex[,] ComplexMatrix(string name) => Npy.ReadComplexMatrix(Resolve(name + ".npy"));

    /// <summary>The frames that an STFT file holds as columns.</summary>
    /// <param name="kind">default, reflect, 1024_256, win1200 or nocenter.</param>
    public IReadOnlyList<int> StftFrames(string kind) =>
        [.. _meta.GetProperty("stft").GetProperty(kind).GetProperty("frames").EnumerateArray().Select(e => e.GetInt32())];

    /// <summary>Part of the file names: b1p5_r5 for beta 1.5 and rank 5.</summary>
    /// <param name="beta">One of <see cref="Betas"/>.</param>
    /// <param name="rank">2, 5 or 16.</param>
    public static string Key(double beta, int rank) =>
        string.Create(CultureInfo.InvariantCulture, $"b{beta}_r{rank}").Replace('.', 'p');

    /// <summary>The loss after a number of iterations from the stored start.</summary>
    /// <param name="beta">One of <see cref="Betas"/>.</param>
    /// <param name="rank">2, 5 or 16.</param>
    /// <param name="iterations">0, 1, 2, 5, 10, 20, 50 or 100.</param>
    public double Loss(double beta, int rank, int iterations) =>
        _meta.GetProperty("losses").GetProperty(Key(beta, rank)).GetProperty(iterations.ToString(CultureInfo.InvariantCulture)).GetDouble();

    /// <summary>The scores of one separation, in decibels, a value a source.</summary>
    /// <param name="separation">Such as wiener_KL_r2_it100.</param>
    /// <param name="measure">SDR, SIR, SAR or SI_SDR.</param>
    public double[] Scores(string separation, string measure) => Numbers(Score(separation).GetProperty(measure));

    /// <summary>The source that each component was given to.</summary>
    /// <param name="separation">Such as wiener_KL_r5_it100.</param>
    public int[] Assignment(string separation) => [.. Score(separation).GetProperty("assignment").EnumerateArray().Select(e => e.GetInt32())];

    /// <summary>
    /// A tolerance that was measured, from tolerances.json: section mu, then for example b1_r5_it10, f32, WH_fro.
    /// </summary>
    /// <param name="keys">Property names from the top.</param>
    public double Measured(params string[] keys) =>
        keys.Aggregate(ReadJson(Resolve("tolerances.json")), (element, key) => element.GetProperty(key)).GetDouble();

    /// <summary>All numbers of a JSON array; mir_eval's files write Infinity as a number.</summary>
    /// <param name="array">The array.</param>
    public static double[] Numbers(JsonElement array) =>
        [.. array.EnumerateArray().Select(e => e.ValueKind == JsonValueKind.Number ? e.GetDouble() : double.Parse(e.GetString()!, CultureInfo.InvariantCulture))];

    /// <summary>Reads a JSON file; the bare words Infinity and NaN, which Python writes, become strings.</summary>
    /// <param name="path">The file.</param>
    public static JsonElement ReadJson(string path)
    {
        string text = File.ReadAllText(path);
        foreach (string word in new[] { "-Infinity", "Infinity", "NaN" })
            text = System.Text.RegularExpressions.Regex.Replace(text, $"""(?<=[\[,:\s]){word}(?=[\],\s\u007D])""", $"\"{word}\"");
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    private JsonElement Score(string separation) => _meta.GetProperty("scores_dB").GetProperty(separation);

    private string Resolve(string relative) => Path.GetFullPath(Path.Combine(_folder, relative));

    private static double[] Divide(double[] x, double by) => Array.ConvertAll(x, v => v / by);
}
