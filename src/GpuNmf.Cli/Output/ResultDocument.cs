using System.Text.Json.Nodes;
using GpuNmf.Audio;
using GpuNmf.Cli.Commands;
using GpuNmf.Devices;
using GpuNmf.Masking;
using GpuNmf.Nmf;
using GpuNmf.Stft;

namespace GpuNmf.Cli.Output;

/// <summary><c>result.json</c>: no times, dates or folders, so that the same run gives the same bytes.</summary>
/// <remarks>Null stands for "not given" among the parameters, and for minus infinity among the residuals: nothing is left over.</remarks>
internal static class ResultDocument
{
    /// <summary>The whole document.</summary>
    public static JsonObject Create(RunRecord run) => new()
    {
        ["program"] = ProgramInfo.Name,
        ["version"] = ProgramInfo.Version,
        ["input"] = Input(run.Recording),
        ["parameters"] = Parameters(run.Request),
        ["device"] = Device(run.Result.Device, run.Result.Kind),
        ["bins"] = run.Result.Bins,
        ["frames"] = run.Result.Frames,
        ["seed"] = run.Result.Seed,
        ["restarts"] = new JsonArray([.. run.Result.Restarts.Select(Restart)]),
        ["iterations"] = run.Result.Iterations,
        ["converged"] = run.Result.Converged,
        ["stop"] = Words.Stops.For(run.Result.Stop),
        ["lossTrace"] = new JsonArray([.. run.Result.LossTrace.Select(LossPointNode)]),
        ["conservationResidualDb"] = JsonText.Number(run.Result.ConservationResidualDb),
        ["sources"] = Sources(run),
        ["stems"] = new JsonArray([.. run.Stems.Select(Stem)]),
        ["components"] = new JsonArray([.. run.Components.Select(Stem)]),
        ["warnings"] = new JsonArray([.. run.Warnings.Select(w => JsonValue.Create(w))]),
    };

    /// <summary>The document as it is printed: with the places of the files, and the seconds.</summary>
    /// <param name="document">The whole document; it is added to.</param>
    /// <param name="timings"><c>timings.json</c>.</param>
    /// <param name="folder">Where the files lie, absolute.</param>
    /// <param name="stems">Names of the stems.</param>
    /// <param name="components">Names of the components beside sources.</param>
    public static JsonObject WithPaths(JsonObject document, JsonObject timings, string folder, IEnumerable<string> stems, IEnumerable<string> components)
    {
        document["paths"] = new JsonObject
        {
            ["folder"] = folder,
            ["stems"] = new JsonArray([.. stems.Select(name => JsonValue.Create(Path.Combine(folder, name)))]),
            ["components"] = new JsonArray([.. components.Select(name => JsonValue.Create(Path.Combine(folder, name)))]),
            ["templates"] = Path.Combine(folder, OutputFiles.Templates),
            ["activations"] = Path.Combine(folder, OutputFiles.Activations),
            ["result"] = Path.Combine(folder, OutputFiles.Result),
            ["timings"] = Path.Combine(folder, OutputFiles.Timings),
        };
        document["timings"] = timings;
        return document;
    }

    /// <summary>The recording as it was read.</summary>
    public static JsonObject Input(RecordingInfo recording) => new()
    {
        ["file"] = recording.FileName,
        ["encoding"] = recording.Encoding,
        ["sampleRateHz"] = recording.SampleRateHz,
        ["channels"] = recording.Channels,
        ["length"] = recording.Length,
        ["sha256"] = recording.Sha256,
    };

    /// <summary>The device that did the work.</summary>
    public static JsonObject Device(DeviceEntry device, string kind) => new()
    {
        ["id"] = device.Id,
        ["name"] = device.Name,
        ["kind"] = kind,
    };

    /// <summary>How one of several starts ended.</summary>
    public static JsonNode Restart(RestartOutcome restart) => new JsonObject
    {
        ["seed"] = restart.Seed,
        ["loss"] = JsonText.Number(restart.Loss),
        ["objective"] = JsonText.Number(restart.Objective),
        ["iterations"] = restart.Iterations,
        ["converged"] = restart.Converged,
    };

    private static JsonObject Parameters(SeparateRequest request)
    {
        StftOptions stft = request.Options.Stft;
        NmfOptions nmf = request.Options.Nmf;
        ReconstructionOptions reconstruction = request.Options.Reconstruction;
        return new JsonObject
        {
            ["device"] = request.Device.ToString(),
            ["threads"] = request.Device.Threads,
            ["simd"] = Words.Simd.For(request.Device.Simd),
            ["rank"] = nmf.Rank,
            ["beta"] = nmf.Beta,
            ["solver"] = Words.Solvers.For(nmf.Solver),
            ["shuffle"] = nmf.Shuffle,
            ["exponent"] = Words.Exponents.For(nmf.Exponent),
            ["maxIter"] = nmf.MaxIterations,
            ["tol"] = nmf.Tolerance,
            ["targetLoss"] = nmf.TargetLoss,
            ["timeLimitSeconds"] = nmf.TimeLimit?.TotalSeconds,
            ["alphaW"] = nmf.AlphaTemplates,
            ["alphaH"] = nmf.AlphaActivations,
            ["l1Ratio"] = nmf.L1Ratio,
            ["seed"] = nmf.Seed,
            ["restarts"] = nmf.Restarts,
            ["init"] = Words.Starts.For(nmf.Initialization),
            ["initTemplates"] = Path.GetFileName(request.Start.TemplatesPath),
            ["initActivations"] = Path.GetFileName(request.Start.ActivationsPath),
            ["sources"] = request.Grouping?.Sources,
            ["components"] = request.Stems is { } kept && kept.Parts.Any(part => !part.IsMix) ? new JsonArray([.. kept.Parts.Where(part => !part.IsMix).Select(part => JsonValue.Create(part.Numbers[0]))]) : null,
            ["mix"] = request.Stems is { } summed && summed.Parts.Any(part => part.IsMix) ? new JsonArray([.. summed.Parts.Where(part => part.IsMix).Select(Mix)]) : null,
            ["keepComponents"] = request.Grouping is { KeepsComponents: true },
            ["dictionaries"] = request.Dictionaries is { } dictionaries ? new JsonArray([.. dictionaries.Files.Select(Dictionary)]) : null,
            ["free"] = request.Dictionaries?.Free,
            ["adaptIterations"] = nmf.AdaptIterations,
            ["groupBy"] = request is { Dictionaries: null, Grouping: { ExamplePaths.Count: 0 } grouping } ? Words.Groupings.For(grouping.Method) : null,
            ["examples"] = request.Grouping is { ExamplePaths.Count: > 0 } examples ? new JsonArray([.. examples.ExamplePaths.Select(path => JsonValue.Create(Path.GetFileName(path)))]) : null,
            ["normalize"] = Words.Normalization.For(nmf.NormalizeTemplates),
            ["nFft"] = stft.FftLength,
            ["hopLength"] = stft.EffectiveHopLength,
            ["winLength"] = stft.EffectiveWindowLength,
            ["window"] = Words.Windows.For(stft.Window),
            ["center"] = stft.Center,
            ["padMode"] = Words.Padding.For(stft.Padding),
            ["reconstruct"] = Words.Reconstructions.For(reconstruction.Reconstruction),
            ["maskPower"] = reconstruction.MaskPower,
            ["channels"] = Words.Channels.For(reconstruction.Channels),
            ["startSeconds"] = request.Input.StartSeconds,
            ["durationSeconds"] = JsonText.Number(request.Input.DurationSeconds),
            ["format"] = Words.Formats.For(request.Output.Format),
            ["encoding"] = Words.Encodings.For(request.Output.Encoding),
        };
    }

    private static JsonNode Mix(StemPart part) => new JsonArray([.. part.Numbers.Select(number => JsonValue.Create(number))]);

    private static JsonNode Dictionary(DictionaryFile file) => new JsonObject
    {
        ["file"] = file.FileName,
        ["rank"] = file.Templates.Rank,
        ["sha256"] = file.Sha256,
    };

    private static JsonNode LossPointNode(LossPoint point) => new JsonObject
    {
        ["iteration"] = point.Iteration,
        ["loss"] = JsonText.Number(point.Loss),
    };

    /// <summary>Numbers of each source's components, as in their files' names; null where the stems are components.</summary>
    private static JsonArray? Sources(RunRecord run) => run.Result.SourceOfComponent is not { } sources
        ? null
        : new JsonArray([.. Enumerable.Range(0, run.Request.Grouping!.Sources).Select(source =>
            new JsonArray([.. Enumerable.Range(1, sources.Count).Where(k => sources[k - 1] == source).Select(k => JsonValue.Create(k))]))]);

    private static JsonNode Stem(StemFileInfo stem) => new JsonObject
    {
        ["file"] = stem.FileName,
        ["peak"] = JsonText.Number(stem.Peak),
        ["rms"] = JsonText.Number(stem.Rms),
        ["clippedSamples"] = stem.ClippedSamples,
        ["roundingResidualDb"] = JsonText.Number(stem.RoundingResidualDb),
    };
}
