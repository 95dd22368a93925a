using System.Diagnostics;
using GpuNmf.Devices;

namespace GpuNmf.Benchmarks.GpuFacts;

/// <summary>Times launches by the wall clock around a synchronised device: median of some, after some that do not count.</summary>
internal static class FactClock
{
    internal static double Seconds(DeviceSession session, Action enqueue, int samples = 11)
    {
        enqueue();
        session.Synchronize();
        var seconds = new double[samples];
        for (int i = 0; i < samples; i++)
        {
            long start = Stopwatch.GetTimestamp();
            enqueue();
            session.Synchronize();
            seconds[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        Array.Sort(seconds);
        return seconds[samples / 2];
    }
}
