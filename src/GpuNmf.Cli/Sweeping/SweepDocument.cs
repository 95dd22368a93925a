using System.Text.Json.Nodes;
using GpuNmf.Cli.Commands;
using GpuNmf.Cli.Output;
using GpuNmf.Nmf;
using GpuNmf.Stft;
using GpuNmf.Sweep;

namespace GpuNmf.Cli.Sweeping;

/// <summary><c>sweep.json</c>: no times, dates or folders, so that the same sweep gives the same bytes, interrupted or not.</summary>
internal static class SweepDocument
{
    /// <summary>The whole document.</summary>
    public static JsonObject Create(SweepRecord sweep) => new()
    {
        ["program"] = ProgramInfo.Name,
        ["version"] = ProgramInfo.Version,
        ["input"] = ResultDocument.Input(sweep.Recording),
        ["parameters"] = Parameters(sweep.Request),
        ["device"] = Device(sweep.Result.Device.Id, sweep.Result.Device.Name, sweep.Result.Kind),
        ["bins"] = sweep.Result.Bins,
        ["frames"] = sweep.Result.Frames,
        ["losses"] = new JsonArray([.. sweep.Losses.Select(loss => (JsonNode)new JsonObject
        {
            ["loss"] = LossWords.NameOf(loss.Beta),
            ["beta"] = loss.Beta,
            ["pick"] = Pick(loss.Pick),
            ["ranks"] = new JsonArray([.. loss.Ranks.Select(rank => (JsonNode)Rank(sweep, rank))]),
        })]),
        ["warnings"] = new JsonArray([.. sweep.Warnings.Select(w => JsonValue.Create(w))]),
    };

    /// <summary>What a sweep is asked to compute; the word of each option in camel case.</summary>
    public static JsonObject Parameters(SweepRequest request)
    {
        StftOptions stft = request.Options.Stft;
        NmfOptions nmf = request.Options.Nmf;
        return new JsonObject
        {
            ["device"] = request.Device.ToString(),
            ["threads"] = request.Device.Threads,
            ["simd"] = Words.Simd.For(request.Device.Simd),
            ["ranks"] = new JsonArray([.. request.Options.Ranks.Select(rank => JsonValue.Create(rank))]),
            ["loss"] = new JsonArray([.. request.Options.Betas.Select(beta => JsonValue.Create(LossWords.NameOf(beta)))]),
            ["restarts"] = nmf.Restarts,
            ["solver"] = Words.Solvers.For(nmf.Solver),
            ["shuffle"] = nmf.Shuffle,
            ["exponent"] = Words.Exponents.For(nmf.Exponent),
            ["maxIter"] = nmf.MaxIterations,
            ["tol"] = nmf.Tolerance,
            ["alphaW"] = nmf.AlphaTemplates,
            ["alphaH"] = nmf.AlphaActivations,
            ["l1Ratio"] = nmf.L1Ratio,
            ["seed"] = nmf.Seed,
            ["init"] = Words.Starts.For(nmf.Initialization),
            ["nFft"] = stft.FftLength,
            ["hopLength"] = stft.EffectiveHopLength,
            ["winLength"] = stft.EffectiveWindowLength,
            ["window"] = Words.Windows.For(stft.Window),
            ["center"] = stft.Center,
            ["padMode"] = Words.Padding.For(stft.Padding),
            ["channels"] = Words.Channels.For(request.Options.Channels),
            ["startSeconds"] = request.Input.StartSeconds,
            ["durationSeconds"] = JsonText.Number(request.Input.DurationSeconds),
            ["keep"] = Words.Keeps.For(request.Keep),
        };
    }

    /// <summary>What the rounding belongs to.</summary>
    public static JsonObject Device(string id, string name, string kind) => new() { ["id"] = id, ["name"] = name, ["kind"] = kind };

    /// <summary>A pick; the rank is null where no rank is stable.</summary>
    private static JsonObject Pick(RankPick pick) => new()
    {
        ["rank"] = pick.Rank,
        ["confidence"] = SweepSummary.WordOf(pick.Confidence),
        ["reason"] = pick.Reason,
    };

    private static JsonObject Rank(SweepRecord sweep, RankSummary rank)
    {
        var names = new FactorNames(sweep.Request.Options.Ranks[^1]);
        bool keeps = sweep.Request.Keep != KeptFactors.None;
        ulong? seed = sweep.Request.Keep == KeptFactors.All ? rank.BestSeed : null;
        return new JsonObject
        {
            ["rank"] = rank.Rank,
            ["bestLoss"] = JsonText.Number(rank.BestLoss),
            ["medianLoss"] = JsonText.Number(rank.MedianLoss),
            ["worstLoss"] = JsonText.Number(rank.WorstLoss),
            ["spread"] = JsonText.Number(rank.Spread),
            ["explainedDivergence"] = JsonText.Number(rank.ExplainedDivergence),
            ["stability"] = JsonText.Number(rank.Stability),
            ["medianStability"] = JsonText.Number(rank.MedianStability),
            ["emptyComponents"] = rank.EmptyComponents,
            ["iterations"] = rank.Iterations,
            ["bestSeed"] = rank.BestSeed,
            ["templates"] = keeps ? names.Templates(rank.Beta, rank.Rank, seed) : null,
            ["activations"] = keeps ? names.Activations(rank.Beta, rank.Rank, seed) : null,
            ["restarts"] = new JsonArray([.. rank.Restarts.Select(restart => (JsonNode)new JsonObject
            {
                ["seed"] = restart.Seed,
                ["loss"] = JsonText.Number(restart.Loss),
                ["objective"] = JsonText.Number(restart.Objective),
                ["iterations"] = restart.Iterations,
                ["converged"] = restart.Converged,
                ["worstCosine"] = JsonText.Number(restart.WorstCosine),
            })]),
        };
    }
}
