using System.Globalization;
using System.Text.Json;
using GpuNmf.Cli.Sweeping;
using GpuNmf.Files;

namespace GpuNmf.Cli.Tests;

/// <summary>What a sweep writes and prints; the toy's ranks are stable up to 3, and of its starts 0, 1, 2 the second is the best.</summary>
public sealed class SweepFileTests : IDisposable
{
    private static readonly string[] s_always = ["sweep-loss.png", "sweep-stability.png", "sweep.csv", "sweep.json", "timings.json"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private CliRun Run(string target, params string[] options)
    {
        string[] ranks = options.Contains("--ranks") ? [] : ["--ranks", "2..5"], restarts = options.Contains("--restarts") ? [] : ["--restarts", "4"];
        return CliRun.Of(["sweep", TestRecording.WriteTones(_folder["lied ä.wav"]), "--out", _folder[target], .. ranks, .. restarts, .. options]).AssertOk();
    }

    private string[] Files(string target) => [.. Directory.EnumerateFileSystemEntries(_folder[target]).Select(e => Path.GetFileName(e)!).Order(StringComparer.Ordinal)];

    private JsonElement Json(params string[] path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(_folder[path]));
        return document.RootElement.Clone();
    }

    private static string[] NamesOf(JsonElement element) => [.. element.EnumerateObject().Select(p => p.Name)];

    [Fact]
    public void The_folder_holds_the_files_of_the_documentation()
    {
        Run("ranks");
        Assert.Equal(s_always, Files("ranks"));
        Assert.Equal(["lied ä.wav", "ranks"], _folder.Names);
        foreach (string name in s_always.Where(name => name.EndsWith(".png", StringComparison.Ordinal)))
        {
            byte[] picture = File.ReadAllBytes(_folder["ranks", name]);
            Assert.Equal([0x89, .. "PNG"u8], picture[..4]);
            Assert.True(picture.Length > 5000, $"{name} has {picture.Length} bytes");
        }
    }

    /// <summary>Also where no font is installed.</summary>
    [Fact]
    public void Pictures_are_written_in_a_font_of_the_programs_own()
    {
        PlotFont.Use();
        // Not to be disposed of: it is the one that every plot of the process shares.
        var font = ScottPlot.Fonts.GetTypeface(ScottPlot.Fonts.Default, bold: false, italic: false);
        Assert.Equal("DejaVu Sans", font.FamilyName);
        Assert.All("aä|Ωж", letter => Assert.NotEqual(0, font.GetGlyph(letter)));
    }

    [Fact]
    public void The_table_has_a_line_a_loss_and_rank()
    {
        Run("ranks", "--loss", "kl,0.5");
        string[] lines = File.ReadAllText(_folder["ranks", "sweep.csv"]).TrimEnd('\n').Split('\n');
        Assert.Equal(9, lines.Length);
        string[] heading = lines[0].Split(',');
        Assert.Equal(
            ["loss", "beta", "rank", "restarts", "best_objective", "best_loss", "median_loss", "worst_loss", "spread", "explained_divergence", "stability", "median_stability", "iterations", "converged", "best_seed", "picked"],
            heading);
        Dictionary<string, string>[] rows = [.. lines[1..].Select(line => heading.Zip(line.Split(',')).ToDictionary(cell => cell.First, cell => cell.Second))];
        Assert.Equal(["kl 2", "kl 3", "kl 4", "kl 5", "beta0.5 2", "beta0.5 3", "beta0.5 4", "beta0.5 5"], rows.Select(row => $"{row["loss"]} {row["rank"]}"));
        // Of rank 2 the losses are 50 + 2, 50, 50 + 1, 50 + 2, each by 4/3.
        double Of(int row, string name) => double.Parse(rows[row][name], CultureInfo.InvariantCulture);
        Assert.Equal(50 / (1 + 1 / 3.0), Of(0, "best_loss"));
        Assert.Equal((51 / (1 + 1 / 3.0) + 52 / (1 + 1 / 3.0)) / 2, Of(0, "median_loss"));
        Assert.Equal(52 / (1 + 1 / 3.0), Of(0, "worst_loss"));
        Assert.Equal(0.04, Of(0, "spread"), 12);      // a quotient of rounded numbers
        Assert.Equal(1 - Of(0, "best_loss") / 200, Of(0, "explained_divergence"));
        Assert.Equal((1.0, 1.0, 1.0, 0.0), (Of(0, "stability"), Of(1, "stability"), Of(1, "median_stability"), Of(2, "stability")));
        Assert.Equal(("48", "4", "1"), (rows[0]["iterations"], rows[0]["converged"], rows[0]["best_seed"]));
        Assert.Equal(["0", "1", "0", "0"], rows.Take(4).Select(row => row["picked"]));
    }

    [Fact]
    public void The_result_says_everything_in_a_fixed_order()
    {
        Run("ranks", "--loss", "is,kl", "--seed", "3", "--duration", "0.75", "--tol", "0");
        JsonElement result = Json("ranks", "sweep.json");
        Assert.Equal(["program", "version", "input", "parameters", "device", "bins", "frames", "losses", "warnings"], NamesOf(result));
        Assert.Equal(
            ["device", "threads", "simd", "ranks", "loss", "restarts", "solver", "shuffle", "exponent", "maxIter", "tol", "alphaW", "alphaH", "l1Ratio", "seed", "init", "nFft", "hopLength", "winLength", "window", "center", "padMode",
             "channels", "startSeconds", "durationSeconds", "keep"],
            NamesOf(result.GetProperty("parameters")));
        Assert.Equal([2, 3, 4, 5], result.GetProperty("parameters").GetProperty("ranks").EnumerateArray().Select(rank => rank.GetInt32()));
        Assert.Equal("lied ä.wav", result.GetProperty("input").GetProperty("file").GetString());
        JsonElement[] losses = [.. result.GetProperty("losses").EnumerateArray()];
        Assert.Equal(["is", "kl"], losses.Select(loss => loss.GetProperty("loss").GetString()));
        Assert.Equal(["loss", "beta", "pick", "ranks"], NamesOf(losses[1]));
        Assert.Equal((3, "high"), (losses[1].GetProperty("pick").GetProperty("rank").GetInt32(), losses[1].GetProperty("pick").GetProperty("confidence").GetString()));
        JsonElement rank = losses[1].GetProperty("ranks")[2];
        Assert.Equal(
            ["rank", "bestLoss", "medianLoss", "worstLoss", "spread", "explainedDivergence", "stability", "medianStability", "emptyComponents", "iterations", "bestSeed", "templates", "activations", "restarts"],
            NamesOf(rank));
        Assert.Equal(JsonValueKind.Null, rank.GetProperty("templates").ValueKind);
        JsonElement[] restarts = [.. rank.GetProperty("restarts").EnumerateArray()];
        Assert.Equal(["seed", "loss", "objective", "iterations", "converged", "worstCosine"], NamesOf(restarts[0]));
        Assert.Equal([3, 4, 5, 6], restarts.Select(restart => restart.GetProperty("seed").GetInt32()));
        Assert.Equal(JsonValueKind.Null, restarts[1].GetProperty("worstCosine").ValueKind);      // the best start itself
        Assert.Equal(4, rank.GetProperty("bestSeed").GetInt32());
        Assert.Equal(["The engine is a toy; raise --max-iter."], result.GetProperty("warnings").EnumerateArray().Select(w => w.GetString()));
    }

    [Fact]
    public void The_result_holds_no_folder_and_no_time()
    {
        Run("one");
        Run("two", "--pick");
        foreach (string name in s_always.Where(name => name != "timings.json"))
            Assert.True(File.ReadAllBytes(_folder["one", name]).AsSpan().SequenceEqual(File.ReadAllBytes(_folder["two", name])), name);
        string text = File.ReadAllText(_folder["one", "sweep.json"]);
        Assert.DoesNotContain(_folder.Root, text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"seconds\"", text, StringComparison.Ordinal);
        Assert.EndsWith("}\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Times_stand_in_a_file_of_their_own()
    {
        Run("ranks");
        JsonElement timings = Json("ranks", "timings.json");
        Assert.Equal(["program", "version", "stageSeconds", "totalSeconds", "ranks", "peakDeviceBytes", "peakProcessBytes"], NamesOf(timings));
        Assert.Equal(4, timings.GetProperty("ranks").GetArrayLength());
        Assert.Equal(2.0, timings.GetProperty("ranks")[0].GetProperty("seconds").GetDouble());
        Assert.Equal(4, timings.GetProperty("ranks")[0].GetProperty("restarts").GetArrayLength());
    }

    [Fact]
    public void The_best_factors_are_kept_on_request()
    {
        Run("ranks", "--keep", "best", "--loss", "kl,-0.5");
        string[] factors = [.. Files("ranks").Except(s_always)];
        Assert.Equal(
            (from factor in new[] { "activations", "templates" } from loss in new[] { "beta-0.5", "kl" } from digit in new[] { 2, 3, 4, 5 } select $"{factor}-{loss}-k0{digit}.npy"), factors);
        // The toy's activations have 7 + seed columns, and the best seed is 1.
        Assert.Equal((3, 8), Shape("ranks", "activations-kl-k03.npy"));
        Assert.Equal((1024, 3), Shape("ranks", "templates-kl-k03.npy"));
        JsonElement rank = Json("ranks", "sweep.json").GetProperty("losses")[0].GetProperty("ranks")[1];
        Assert.Equal(("templates-kl-k03.npy", "activations-kl-k03.npy"), (rank.GetProperty("templates").GetString(), rank.GetProperty("activations").GetString()));
    }

    [Fact]
    public void All_factors_are_kept_on_request()
    {
        Run("ranks", "--keep", "all", "--ranks", "2,100", "--restarts", "3");
        Assert.Equal(
            (from factor in new[] { "activations", "templates" } from rank in new[] { "002", "100" } from seed in new[] { 0, 1, 2 } select $"{factor}-kl-k{rank}-seed{seed}.npy"),
            Files("ranks").Except(s_always));
        Assert.Equal((2, 9), Shape("ranks", "activations-kl-k002-seed2.npy"));
        Assert.Equal("templates-kl-k002-seed1.npy", Json("ranks", "sweep.json").GetProperty("losses")[0].GetProperty("ranks")[0].GetProperty("templates").GetString());
    }

    [Fact]
    public void A_folder_of_a_sweep_is_replaced_with_force_and_by_separate_too()
    {
        Run("ranks", "--keep", "all");
        CliRun.Of("sweep", _folder["lied ä.wav"], "--out", _folder["ranks"]).AssertError(ExitCodes.Output, "exists already");
        Run("ranks", "--keep", "best", "--force");
        Run("ranks", "--force");
        Assert.Equal(s_always, Files("ranks"));
        CliRun.Of("separate", _folder["lied ä.wav"], "--out", _folder["ranks"], "--force", "--quiet").AssertOk();
        Assert.Contains("component-08.wav", Files("ranks"));
        Run("ranks", "--force");
        Assert.Equal(s_always, Files("ranks"));
    }

    [Fact]
    public void A_folder_with_a_strangers_file_is_not_replaced()
    {
        Run("ranks");
        File.WriteAllText(_folder["ranks", "notes.txt"], "mine");
        CliRun.Of("sweep", _folder["lied ä.wav"], "--out", _folder["ranks"], "--force").AssertError(ExitCodes.Output, "'notes.txt'");
    }

    [Fact]
    public void The_summary_is_a_table_and_with_pick_a_line_a_loss()
    {
        string plain = Run("one").Stdout, picked = Run("two", "--pick", "--loss", "kl,is").Stdout;
        string[] rows = [.. plain.Split('\n').Where(line => line.TrimStart().StartsWith("kl ", StringComparison.Ordinal))];
        Assert.Equal(4, rows.Length);
        Assert.Contains("37.5", rows[0], StringComparison.Ordinal);
        Assert.Contains("4.0 %", rows[0], StringComparison.Ordinal);
        Assert.Contains("81.2 %", rows[0], StringComparison.Ordinal);      // 1 - 37.5 / 200 = 0.8125
        Assert.Contains("1.000", rows[0], StringComparison.Ordinal);
        Assert.Contains("0.000", rows[2], StringComparison.Ordinal);
        Assert.Contains("2.00", rows[0], StringComparison.Ordinal);
        Assert.Contains("16 models of lied ä.wav", plain, StringComparison.Ordinal);
        Assert.DoesNotContain("confidence", plain, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', plain);
        Assert.Contains("kl: rank 3, confidence high: stability 1.00, 0.00 at rank 4", picked, StringComparison.Ordinal);
        Assert.Contains("is: rank 3, confidence high", picked, StringComparison.Ordinal);
    }

    [Fact]
    public void No_stable_rank_is_said() =>
        Assert.Contains("kl: no rank: no rank has a stability of 0.95", Run("ranks", "--ranks", "4,5", "--pick").Stdout, StringComparison.Ordinal);

    [Fact]
    public void Quiet_says_the_pick_and_nothing_else()
    {
        CliRun quiet = Run("one", "--quiet"), picked = Run("two", "--quiet", "--pick");
        Assert.Equal(("", ""), (quiet.Stdout, quiet.Stderr));
        Assert.Equal("", picked.Stderr);
        Assert.StartsWith("kl: rank 3", Assert.Single(picked.Stdout.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public void Json_prints_the_result_with_folder_and_timings()
    {
        using JsonDocument printed = JsonDocument.Parse(Run("ranks", "--json").Stdout);
        JsonElement file = Json("ranks", "sweep.json");
        Assert.Equal([.. NamesOf(file), "folder", "timings"], NamesOf(printed.RootElement));
        foreach (JsonProperty property in file.EnumerateObject()) Assert.Equal(property.Value.GetRawText(), printed.RootElement.GetProperty(property.Name).GetRawText());
        Assert.Equal(_folder["ranks"], printed.RootElement.GetProperty("folder").GetString());
    }

    private (int Rows, int Columns) Shape(params string[] path)
    {
        float[,] matrix = NpyFile.Read(_folder[path]);
        return (matrix.GetLength(0), matrix.GetLength(1));
    }
}
