using System.Text;
using System.Text.Json.Nodes;
using GpuNmf.Cli.Commands;
using GpuNmf.Cli.Errors;
using GpuNmf.Cli.Output;
using GpuNmf.Cli.Sweeping;
using GpuNmf.Devices;
using GpuNmf.Sweep;
using GpuNmf.Tests.Fuzzing;

namespace GpuNmf.Cli.Tests.Fuzzing;

/// <summary>Damaged JSON of earlier runs: a sweep's work is gone on with, in part, or refused in one line; a folder is the program's or not.</summary>
public sealed class JsonFuzzTests : IDisposable
{
    /// <summary>Parsed text takes some tens of bytes a character, and an exception its stack.</summary>
    private const int MostBytes = 128 << 10, MostBytesACharacter = 100;

    private static readonly SweepSetting s_setting = new("cpu", "Toy processor", "toy-1", 1025, 17);

    private readonly TemporaryFolder _folder = new();
    private readonly SweepRequest _request;
    private readonly SweepKey[] _keys;
    private int _taken;

    public JsonFuzzTests()
    {
        var options = new SweepOptions { Ranks = [2, 3], Nmf = new() { Restarts = 2 } };
        _request = new SweepRequest(new InputRequest("song.wav", 0, null), "ranks", new FolderReuse(false, true), KeptFactors.Best, false, DeviceRequest.Auto, new MemoryOptions(), options, Verbosity.Quiet);
        _keys = [.. from rank in options.Ranks from seed in new ulong[] { 0, 1 } select new SweepKey(1, rank, seed)];
        var work = new SweepWork(_folder.Root, _request, "hash", isResumed: false);
        work.Begin(s_setting);
        foreach (SweepKey key in _keys)
            work.Save(new SweepModel(key, 0.5 + key.Seed, 10, true, 0.25, new float[3, key.Rank], new float[key.Rank, 2]) { Objective = 0.5 + key.Seed });
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Damaged_descriptions_of_a_sweep_are_matched_or_refused() => FuzzDescription(1000);

    [Fact, Trait("Suite", "Full")]
    public void A_hundred_thousand_damaged_descriptions_are_matched_or_refused() => FuzzDescription(100_000);

    [Fact]
    public void Damaged_models_of_a_sweep_are_taken_or_missing() => FuzzModels(300);

    [Fact, Trait("Suite", "Full")]
    public void A_hundred_thousand_damaged_models_are_taken_or_missing() => FuzzModels(100_000);

    [Fact]
    public void Damaged_results_make_a_folder_the_programs_or_anothers() => FuzzResult(500);

    [Fact, Trait("Suite", "Full")]
    public void A_hundred_thousand_damaged_results_make_a_folder_the_programs_or_anothers() => FuzzResult(100_000);

    private void FuzzDescription(int cases)
    {
        string sound = File.ReadAllText(_folder[OutputFiles.SweepWork]);
        JsonObject mine = JsonNode.Parse(sound)!.AsObject();
        FuzzLoop.Run(6, cases, random =>
        {
            string text = Damage(random, sound);
            WithinMemory(text.Length, () =>
            {
                try
                {
                    SweepIdentity.RequireSame(text, mine, "folder");
                    _taken++;
                }
                catch (CliException exception)
                {
                    Assert.Equal(ExitCodes.Usage, exception.ExitCode);
                    Assert.StartsWith("the sweep in 'folder' cannot be gone on with: ", exception.Message, StringComparison.Ordinal);
                }
            });
        });
        Assert.InRange(_taken, cases / 50, cases * 9 / 10);
    }

    private void FuzzModels(int cases)
    {
        string path = _folder[OutputFiles.SweepModels], sound = File.ReadAllText(path);
        Dictionary<SweepKey, SweepModel> saved = LoadAll(new SweepWork(_folder.Root, _request, "hash", isResumed: true));
        FuzzLoop.Run(7, cases, random =>
        {
            string text = Damage(random, sound);
            File.WriteAllText(path, text);
            WithinMemory(text.Length, () =>
            {
                var work = new SweepWork(_folder.Root, _request, "hash", isResumed: true);
                foreach ((SweepKey key, SweepModel model) in LoadAll(work))
                    Assert.Equal(saved[key] with { Templates = model.Templates }, model);
                Assert.InRange(work.Count, 0, _keys.Length);
                Assert.InRange(work.TakenOver, 0, work.Count);
                _taken += work.TakenOver;
            });
        });
        Assert.InRange(_taken, cases / 10, cases * 4 * 9 / 10);
    }

    private Dictionary<SweepKey, SweepModel> LoadAll(SweepWork work)
    {
        work.Begin(s_setting);
        return _keys.Select(work.Load).OfType<SweepModel>().ToDictionary(model => model.Key);
    }

    private void FuzzResult(int cases)
    {
        string result = Directory.CreateDirectory(_folder["parts"]).FullName, path = Path.Combine(result, OutputFiles.Result);
        string sound = JsonText.Write(new JsonObject { ["program"] = ProgramInfo.Name, ["version"] = ProgramInfo.Version, ["input"] = new JsonObject { ["file"] = "song.wav" }, ["lossTrace"] = new JsonArray(1, 0.5) });
        FuzzLoop.Run(8, cases, random =>
        {
            byte[] bytes = Encoding.UTF8.GetBytes(Damage(random, sound));
            if (random.Next(4) == 0) bytes = ByteMutation.Mutate(random, bytes);
            File.WriteAllBytes(path, bytes);
            WithinMemory(bytes.Length, () =>
            {
                if (OwnFolder.WhyForeign(result) is not { } reason) _taken++;
                else Assert.StartsWith("gpunmf did not write it", reason, StringComparison.Ordinal);
            });
        });
        Assert.InRange(_taken, cases / 20, cases * 9 / 10);
    }

    private static string Damage(Random random, string sound) => random.Next(5) switch
    {
        0 => sound,
        1 => Encoding.UTF8.GetString(ByteMutation.Mutate(random, Encoding.UTF8.GetBytes(sound))),
        _ => JsonMutation.Mutate(random, sound),
    };

    private static void WithinMemory(int characters, Action act) => FuzzLoop.WithinMemory(MostBytes + MostBytesACharacter * characters, act);
}
