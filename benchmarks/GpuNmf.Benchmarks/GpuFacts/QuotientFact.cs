using System.Globalization;
using GpuNmf.Devices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace GpuNmf.Benchmarks.GpuFacts;

/// <summary>The worst relative error of x times the approximate reciprocal of v, over quotients of every size that updates meet.</summary>
internal static class QuotientFact
{
    private const int Length = 1 << 20;

    internal static string Measure(DeviceSession session)
    {
        if (session.Kind != "cuda") return GpuFactsCommand.NeedsCuda(session);
        var random = new Random(1);
        float[] x = [.. Enumerable.Range(0, Length).Select(_ => random.NextSingle() + 0.5f)];
        float[] v = [.. Enumerable.Range(0, Length).Select(_ => MathF.Pow(2, 40 * random.NextSingle() - 33))];
        using var numerators = session.Allocate<float>(Length);
        using var denominators = session.Allocate<float>(Length);
        numerators.Upload(x);
        denominators.Upload(v);
        var run = session.Accelerator.LoadKernel<ArrayView<float>, ArrayView<float>>(Divide);
        run(session.Stream, new KernelConfig(Length / 128, 128), numerators.View, denominators.View);
        var got = numerators.Download();
        double worst = 0;
        for (int i = 0; i < Length; i++)
        {
            double want = (double)x[i] / v[i];
            worst = Math.Max(worst, Math.Abs(got[i] - want) / want);
        }
        return string.Create(CultureInfo.InvariantCulture, $"at most {worst:E2} off over {Length} quotients (2.4E-07 expected)");
    }

    // numerators become quotients: one a thread, the grid covers them exactly.
    internal static void Divide(ArrayView<float> numerators, ArrayView<float> denominators)
    {
        int i = Grid.GlobalIndex.X;
        float v = denominators[i];
        if (CudaAsm.IsSupported)
        {
            CudaAsm.Emit("rcp.approx.ftz.f32 %0, %1;", out float reciprocal, v);
            numerators[i] *= reciprocal;
        }
    }
}
