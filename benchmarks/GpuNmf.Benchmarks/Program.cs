using System.Diagnostics;
using GpuNmf.Benchmarks;
using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf;

if (args is [MakeSample.Command, .. var rest])
{
    MakeSample.Run(rest);
    return;
}

int bins = 1025;
foreach (var (frames, rank) in new[] { (2584, 8), (2584, 32), (2584, 64), (51680, 8) })
{
    foreach (double beta in new[] { 1.0, 0, 0.5, 2 })
    {
        using var session = DeviceSession.Open(DeviceRequest.Cpu);
        var geometry = NmfGeometry.Of(bins, frames, rank, session.Form);
        var random = new Random(1);
        var rows = new float[(long)geometry.Rows * geometry.Pitch];
        for (int t = 0; t < frames; t++) for (int f = 0; f < bins; f++) rows[(long)t * geometry.Pitch + f] = random.NextSingle();
        using var x = session.Allocate<float>(rows.Length);
        x.Upload(rows);
        int n = frames > 10000 ? 20 : 100;
        var times = new List<double>();
        for (int i = 0; i < 4; i++)
        {
            using var fit = new Factorizer(session, geometry, new NmfOptions { Rank = rank, Beta = beta, MaxIterations = n, Tolerance = 0 });
            long start = 0;
            long first = 0;
            fit.Run(x, new Sync(p => { if (p.Completed == 1) first = Stopwatch.GetTimestamp(); start = Stopwatch.GetTimestamp(); }), default);
            times.Add(Stopwatch.GetElapsedTime(first, start).TotalMilliseconds / (n - 1));
        }
        times.Sort();
        Console.WriteLine($"T {frames} K {rank} beta {beta}: {times[1]:F2} ms/iteration (min {times[0]:F2})  {8.0 * bins * frames * rank / times[1] / 1e6:F0} GFLOP/s as KL");
    }
}

sealed class Sync(Action<GpuNmf.SeparationProgress> act) : IProgress<GpuNmf.SeparationProgress>
{
    public void Report(GpuNmf.SeparationProgress value) => act(value);
}
