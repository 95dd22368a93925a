using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using GpuNmf.Cli.Commands;
using GpuNmf.Cli.Errors;
using GpuNmf.Cli.Output;
using GpuNmf.Files;
using GpuNmf.Sweep;

namespace GpuNmf.Cli.Sweeping;

/// <summary>
/// The models of a sweep that have finished, in the folder of its work: factors as NPY, and behind them a line of numbers. A model without its
/// whole line, or whose files are not those that the line was written for, has not finished. What is not kept is removed when the sweep is complete.
/// </summary>
internal sealed class SweepWork : ISweepStore
{
    private readonly string _folder;
    private readonly SweepRequest _request;
    private readonly SweepIdentity _identity;
    private readonly bool _isResumed;
    private readonly FactorNames _names;
    private readonly Lock _gate = new();
    private readonly Dictionary<SweepKey, ModelLine> _models = [];
    private bool _isClosed;

    /// <param name="folder">Where to work; it exists.</param>
    /// <param name="request">What is computed, and which factors are kept.</param>
    /// <param name="inputHash">SHA-256 of the input file.</param>
    /// <param name="isResumed">True: the folder holds the work of an earlier run.</param>
    public SweepWork(string folder, SweepRequest request, string inputHash, bool isResumed)
    {
        _folder = folder;
        _request = request;
        _identity = new SweepIdentity(request, inputHash);
        _isResumed = isResumed;
        _names = new FactorNames(request.Options.Ranks[^1]);
    }

    /// <summary>Models of an earlier run that were not computed again.</summary>
    public int TakenOver { get; private set; }

    /// <summary>Finished models.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _models.Count;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="CliException">The work there belongs to another sweep.</exception>
    public void Begin(SweepSetting setting) => Write(() =>
    {
        string path = Path.Combine(_folder, OutputFiles.SweepWork);
        JsonObject mine = _identity.Document(setting);
        if (_isResumed)
        {
            SweepIdentity.RequireSame(File.ReadAllText(path), mine, _folder);
            ReadModels();
        }
        else
        {
            File.WriteAllText(path, JsonText.Write(mine));
        }
    });

    /// <inheritdoc/>
    public SweepModel? Load(SweepKey key)
    {
        if (!_models.TryGetValue(key, out ModelLine? line)) return null;
        try
        {
            bool needsActivations = _request.Keep == KeptFactors.All || (_request.Keep == KeptFactors.Best && BestOf(key) == line);
            if (FileHash.Of(TemplatesOf(key)) == line.TemplatesSha256 && (!needsActivations || FileHash.Of(ActivationsOf(key)) == line.ActivationsSha256))
            {
                float[,] templates = NpyFile.Read(TemplatesOf(key));
                TakenOver++;
                return new SweepModel(key, line.Loss, line.Iterations, line.Converged, line.Seconds, templates, null) { Objective = line.Objective };
            }
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            // Its factors are gone or damaged: it is computed again.
        }
        _models.Remove(key);
        return null;
    }

    /// <inheritdoc/>
    /// <exception cref="OperationCanceledException">The run was stopped and has gone on without this.</exception>
    public void Save(SweepModel model) => Write(() =>
    {
        lock (_gate)
        {
            if (_isClosed) throw new OperationCanceledException();
            ModelLine? best = BestOf(model.Key);
            bool isBest = best is null || model.Objective < best.Objective || (model.Objective == best.Objective && PlaceOf(model.Key.Seed) < PlaceOf(best.Seed));
            bool keepsActivations = _request.Keep == KeptFactors.All || (_request.Keep == KeptFactors.Best && isBest);
            NpyFile.Write(TemplatesOf(model.Key), model.Templates);
            if (keepsActivations) NpyFile.Write(ActivationsOf(model.Key), model.Activations!);
            var line = ModelLine.Of(model, FileHash.Of(TemplatesOf(model.Key)), keepsActivations ? FileHash.Of(ActivationsOf(model.Key)) : null);
            File.AppendAllText(Path.Combine(_folder, OutputFiles.SweepModels), line.Text);
            _models[model.Key] = line;
            // Not before: without them the best would have to be computed again.
            if (_request.Keep == KeptFactors.Best && isBest && best is not null) File.Delete(ActivationsOf(best.Key));
        }
    });

    /// <summary>Saves no more: what was left behind may still run.</summary>
    public void Close()
    {
        lock (_gate) _isClosed = true;
    }

    /// <summary>Gives the kept factors their names and removes the others, and what an unfinished sweep is known by.</summary>
    public void Finish(IReadOnlyList<RankSummary> summaries) => Write(() =>
    {
        if (_request.Keep == KeptFactors.Best)
        {
            foreach (RankSummary summary in summaries)
            {
                var best = new SweepKey(summary.Beta, summary.Rank, summary.BestSeed);
                File.Move(TemplatesOf(best), Path.Combine(_folder, _names.Templates(best.Beta, best.Rank)), overwrite: true);
                File.Move(ActivationsOf(best), Path.Combine(_folder, _names.Activations(best.Beta, best.Rank)), overwrite: true);
            }
        }
        if (_request.Keep != KeptFactors.All)
            foreach (SweepKey key in _models.Keys)
                foreach (string path in (string[])[TemplatesOf(key), ActivationsOf(key)]) File.Delete(path);
        File.Delete(Path.Combine(_folder, OutputFiles.SweepModels));
        File.Delete(Path.Combine(_folder, OutputFiles.SweepWork));
    });

    private string TemplatesOf(SweepKey key) => Path.Combine(_folder, _names.Templates(key.Beta, key.Rank, key.Seed));

    private string ActivationsOf(SweepKey key) => Path.Combine(_folder, _names.Activations(key.Beta, key.Rank, key.Seed));

    private ModelLine? BestOf(SweepKey key) =>
        _models.Where(model => model.Key.Beta == key.Beta && model.Key.Rank == key.Rank).Select(model => model.Value).OrderBy(line => line.Objective).ThenBy(line => PlaceOf(line.Seed)).FirstOrDefault();

    /// <summary>Which start of its rank a seed is; seeds begin again behind the largest.</summary>
    private ulong PlaceOf(ulong seed) => unchecked(seed - _request.Options.Nmf.Seed);

    private void ReadModels()
    {
        string path = Path.Combine(_folder, OutputFiles.SweepModels);
        if (!File.Exists(path)) return;
        foreach (string text in File.ReadAllText(path).Split('\n'))
            if (ModelLine.Read(text) is { } line)
                _models[line.Key] = line;
        // A kill may have left half a line, which the next one must not be added to.
        File.WriteAllText(path + ".new", string.Concat(_models.Values.Select(line => line.Text)));
        File.Move(path + ".new", path, overwrite: true);
    }

    private void Write(Action write)
    {
        try
        {
            write();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Output, $"cannot write to '{_folder}': {exception.Message}", exception);
        }
    }

    /// <summary>The numbers of a finished model in a line.</summary>
    private sealed record ModelLine(double Beta, int Rank, ulong Seed, double Loss, double Objective, int Iterations, bool Converged, double Seconds,
        [property: JsonRequired] string TemplatesSha256, string? ActivationsSha256)
    {
        private static readonly JsonSerializerOptions s_strict = new() { AllowDuplicateProperties = false };

        [JsonIgnore]
        public SweepKey Key => new(Beta, Rank, Seed);

        /// <summary>SHA-256 of the line without it.</summary>
        public string? Sha256 { get; init; }

        [JsonIgnore]
        public string Text => JsonSerializer.Serialize(this with { Sha256 = Hash() }) + "\n";

        public static ModelLine Of(SweepModel model, string templates, string? activations) =>
            new(model.Key.Beta, model.Key.Rank, model.Key.Seed, model.Loss, model.Objective, model.Iterations, model.Converged, model.Seconds, templates, activations);

        /// <summary>Null where the line is empty, cut off or damaged.</summary>
        public static ModelLine? Read(string text)
        {
            try
            {
                return text.EndsWith('}') && JsonSerializer.Deserialize<ModelLine>(text, s_strict) is { } line
                    && line.Sha256 == line.Hash() ? line : null;
            }
            // A number too large for JSON's readers becomes an infinity, which its writer does not take.
            catch (Exception exception) when (exception is JsonException or ArgumentException)
            {
                return null;
            }
        }

        private string Hash() => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this with { Sha256 = null })));
    }
}
