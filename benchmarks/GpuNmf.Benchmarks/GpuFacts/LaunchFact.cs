using System.Globalization;
using GpuNmf.Devices;
using ILGPU;
using ILGPU.Runtime;

namespace GpuNmf.Benchmarks.GpuFacts;

/// <summary>What a launch of next to nothing costs in a row of launches, and what waiting for the device costs.</summary>
internal static class LaunchFact
{
    private const int Launches = 100;

    internal static string Measure(DeviceSession session)
    {
        using var buffer = session.Allocate<float>(128);
        var run = session.Accelerator.LoadKernel<ArrayView<float>>(DriverFact.Squares);
        void Launch(int count)
        {
            for (int i = 0; i < count; i++) run(session.Stream, new KernelConfig(1, 128), buffer.View);
        }
        double one = FactClock.Seconds(session, () => Launch(1)), many = FactClock.Seconds(session, () => Launch(Launches + 1));
        return string.Create(CultureInfo.InvariantCulture, $"{1e6 * (many - one) / Launches:F1} us each in a row, {1e6 * one:F1} us for one and waiting");
    }
}
