using System.Globalization;
using GpuNmf.Audio;
using GpuNmf.Benchmarks.Stages;
using GpuNmf.Devices;
using GpuNmf.Files;
using GpuNmf.Kernels;

namespace GpuNmf.Benchmarks.Table.Rows;

/// <summary>The stages around the factorisation.</summary>
internal static class StageRows
{
    /// <summary>Single-precision transforms of 2048 samples differ by a few 1e-7; masks divide, stems are sums of 4 frames.</summary>
    private const double AllowedTransform = 1e-5, AllowedStems = 1e-4, AllowedCondition = 1e-5;

    /// <summary>Length of the stems that a GPU's are compared with the CPU's on.</summary>
    private const int ComparedSeconds = 10;

    /// <summary>Forward transform to magnitudes, beside a script that is given the folder.</summary>
    internal static Row Transform(Bench bench, StageShape shape, Rounds rounds, string script, Target? target)
    {
        var recording = shape.Render();
        using var stage = new TransformStage(bench.Session, recording);
        stage.Run();
        NpyFile.Write(bench.File("samples.npy"), Planar(recording));
        var row = new Row($"STFT to magnitudes, {shape}", "ms") { Ours = [], Target = target }.With(stage.Cost, bench.Peaks, stage.Cost.Bytes);
        return Against(bench, row, rounds, () => Contest.Time(stage.Run), [script, bench.Folder],
            () => Difference.Require(row.What, stage.Download(), NpyFile.Read(bench.File("their-x.npy")), AllowedTransform),
            () => CompareTransformWithCpu(bench.Session, shape));
    }

    /// <summary>Masks and inverse transforms of every component; the peer keeps the spectra, this program forms them again.</summary>
    internal static Row Stems(Bench bench, StageShape shape, int rank, Rounds rounds, string? script, Target? target)
    {
        var recording = shape.Render();
        using var stage = new StemStage(bench.Session, recording, rank);
        var row = new Row(string.Create(CultureInfo.InvariantCulture, $"masks, inverse, overlap-add, {shape}, K {rank}"), "ms") { Ours = [], Target = target }
            .With(stage.Cost, bench.Peaks, stage.Cost.Bytes);
        var ring = new RingSink();
        if (script is null) return Against(bench, row, rounds, () => Contest.Time(() => stage.Run(ring)), [], () => CheckStems(bench.Session, stage, ring, shape, rank));
        NpyFile.Write(bench.File("samples.npy"), Planar(recording));
        NpyFile.Write(bench.File("w.npy"), stage.Templates);
        NpyFile.Write(bench.File("h.npy"), stage.Activations);
        return Against(bench, row, rounds, () => Contest.Time(() => stage.Run(ring)), [script, bench.Folder], () =>
        {
            var all = new MatrixSink();
            stage.Run(all);
            return Difference.Require(row.What, all.Stems, NpyFile.Read(bench.File("their-stems.npy")), AllowedStems);
        }, () => CheckStems(bench.Session, stage, ring, shape, rank));
    }

    /// <summary>Measuring and scaling X.</summary>
    internal static Row Condition(Bench bench, int bins, int frames, Rounds rounds)
    {
        using var stage = new ConditionStage(bench.Session, bins, frames);
        var row = new Row(string.Create(CultureInfo.InvariantCulture, $"condition, {bins} x {frames}"), "ms") { Ours = [] }.With(stage.Cost, bench.Peaks, stage.Bytes);
        return Against(bench, row, rounds, () => Contest.Time(stage.Run), [], () => stage.Check(AllowedCondition));
    }

    /// <summary>Starts the peer, checks, and lets both take turns; without a peer the row says why, and is checked by other means.</summary>
    private static Row Against(Bench bench, Row row, Rounds rounds, Func<double> ours, IReadOnlyList<string> command, Func<double> check, Func<double>? checkAlone = null)
    {
        Peer? peer = null;
        try
        {
            if (command.Count > 0)
            {
                peer = Peer.Start(command[0], [.. command.Skip(1)]);
                row = row with { Peer = peer.Program, PeerDetails = peer.Ready };
            }
            row = row with { Difference = check() };
        }
        catch (PeerMissingException missing)
        {
            row = row with { Note = missing.Message, Difference = (checkAlone ?? check)() };
        }
        using (peer)
        {
            var (mine, theirs) = Contest.Run(rounds, ours, peer is null ? null : peer.Turn);
            return row with { Ours = mine, Theirs = theirs };
        }
    }

    /// <summary>Without a script: all stems must add up to the recording, and the first seconds of a GPU's are compared with the CPU's.</summary>
    private static double CheckStems(DeviceSession session, StemStage stage, RingSink ring, StageShape shape, int rank)
    {
        Difference.RequireResidual(shape.ToString(), stage.Run(ring));
        var start = shape with { Seconds = Math.Min(shape.Seconds, ComparedSeconds) };
        using var cpu = DeviceSession.Open(DeviceRequest.Cpu);
        return Difference.Require($"stems of {start}", StemsOf(session, start, rank), StemsOf(cpu, start, rank), AllowedStems);
    }

    private static double CompareTransformWithCpu(DeviceSession session, StageShape shape)
    {
        var start = shape with { Seconds = Math.Min(shape.Seconds, ComparedSeconds) };
        using var cpu = DeviceSession.Open(DeviceRequest.Cpu);
        return Difference.Require($"magnitudes of {start}", MagnitudesOf(session, start), MagnitudesOf(cpu, start), AllowedTransform);
    }

    private static float[,] MagnitudesOf(DeviceSession session, StageShape shape)
    {
        using var stage = new TransformStage(session, shape.Render());
        stage.Run();
        return stage.Download();
    }

    private static float[,] StemsOf(DeviceSession session, StageShape shape, int rank)
    {
        using var stage = new StemStage(session, shape.Render(), rank);
        var all = new MatrixSink();
        stage.Run(all);
        return all.Stems;
    }

    private static float[,] Planar(AudioBuffer recording)
    {
        var samples = new float[recording.Channels, recording.Length];
        var interleaved = recording.Interleaved;
        for (int i = 0; i < interleaved.Length; i++) samples[i % recording.Channels, i / recording.Channels] = interleaved[i];
        return samples;
    }
}
