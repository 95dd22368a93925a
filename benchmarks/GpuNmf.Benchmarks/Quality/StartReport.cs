using System.Globalization;
using GpuNmf.Audio;
using GpuNmf.Devices;
using GpuNmf.Nmf;
using GpuNmf.Reference;

namespace GpuNmf.Benchmarks.Quality;

/// <summary><c>-- starts</c>: what each start brings, as markdown: the Kullback-Leibler loss after 10, 50 and 200 iterations.</summary>
internal static class StartReport
{
    internal const string Command = "starts";

    private const int Seeds = 3;

    private static readonly int[] s_points = [10, 50, 200];

    private static readonly NmfInitialization[] s_kinds =
        [NmfInitialization.Random, NmfInitialization.NndsvdA, NmfInitialization.NndsvdAR, NmfInitialization.KMeans];

    internal static int Run()
    {
        if (SharedFolder.Find() is not { } shared)
        {
            Console.Error.WriteLine("The recordings are not there; name the folder of the shared data in GPUNMF_SHARED.");
            return 1;
        }
        var baseline = Baseline.Open(shared);
        using var separator = new SourceSeparator(DeviceRequest.Cpu);
        Console.WriteLine($"Kullback-Leibler loss after {string.Join(" / ", s_points)} iterations, in % of the random start's after {s_points[^1]}; means of seeds 0 to {Seeds - 1}, NNDSVDa has none.");
        Console.WriteLine();
        Console.WriteLine("| clip | rank | solver | random | nndsvda | nndsvdar | kmeans |");
        Console.WriteLine("| --- | ---: | --- | ---: | ---: | ---: | ---: |");
        foreach (string name in MixtureClip.Names)
            foreach (int rank in new[] { 5, 16 })
                foreach (var solver in new[] { NmfSolver.ExtrapolatedMultiplicativeUpdate, NmfSolver.MultiplicativeUpdate })
                    PrintRow(separator, MixtureClip.Open(shared, baseline, name), rank, solver);
        return 0;
    }

    private static void PrintRow(SourceSeparator separator, MixtureClip clip, int rank, NmfSolver solver)
    {
        double[][] losses = Array.ConvertAll(s_kinds, kind => Losses(separator, clip, rank, solver, kind));
        string[] cells = Array.ConvertAll(losses, own => string.Join(" / ", own.Select(loss => (100 * loss / losses[0][^1]).ToString("F1", CultureInfo.InvariantCulture))));
        Console.WriteLine($"| {clip.Name} | {rank} | {(solver == NmfSolver.MultiplicativeUpdate ? "mu" : "emu")} | {string.Join(" | ", cells)} |");
    }

    private static double[] Losses(SourceSeparator separator, MixtureClip clip, int rank, NmfSolver solver, NmfInitialization kind)
    {
        int seeds = kind == NmfInitialization.NndsvdA ? 1 : Seeds;
        var sums = new double[s_points.Length];
        for (int seed = 0; seed < seeds; seed++)
        {
            using var recording = WavSource.Open(clip.MixturePath);
            var options = new NmfOptions { Rank = rank, Solver = solver, Initialization = kind, Seed = (ulong)seed, MaxIterations = s_points[^1], Tolerance = 0 };
            var result = separator.Separate(recording, new StemBuffer(), new SeparationOptions { Nmf = options });
            for (int i = 0; i < sums.Length; i++) sums[i] += result.LossTrace.Single(point => point.Iteration == s_points[i]).Loss / seeds;
        }
        return sums;
    }
}
