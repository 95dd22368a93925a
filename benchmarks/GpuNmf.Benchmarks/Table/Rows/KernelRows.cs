using System.Globalization;
using GpuNmf.Benchmarks.Iterations;
using GpuNmf.Benchmarks.Stages;
using GpuNmf.Kernels.Masking;
using GpuNmf.Nmf;

namespace GpuNmf.Benchmarks.Table.Rows;

/// <summary>One kernel a row, launched on its own and waited for, so that a launch and the wait are part of it.</summary>
internal static class KernelRows
{
    /// <summary>The same kernels as in whole iterations, but X and factors are not scaled there by a power of two: the same bits but where a constant is added.</summary>
    private const double Allowed = 1e-5;

    /// <summary>The step of the templates, and the pass behind it.</summary>
    internal static IEnumerable<Row> Update(Bench bench, IterationShape shape, double beta, Rounds rounds)
    {
        var problem = new IterationProblem(shape, beta);
        using var kernels = new UpdateKernels(bench.Session, problem);
        double difference = CheckUpdate(bench, problem, kernels);
        foreach (var (kernel, times) in Contest.Alone(rounds, kernels.Run))
        {
            string name = kernel == UpdateKernel.Step ? "step of the templates" : "pass";
            yield return new Row($"kernel: {name}, {IterationRow.NameOf(beta)}, {shape}", "ms") { Ours = times, Difference = difference }
                .With(kernels.CostOf(kernel), bench.Peaks, kernels.WorkingSetOf(kernel));
        }
    }

    /// <summary>The kernels from factors and samples to stems, of a whole recording, a block of samples at a time.</summary>
    internal static IEnumerable<Row> Stems(Bench bench, StageShape shape, int rank, Rounds rounds)
    {
        using var stage = new StemStage(bench.Session, shape.Render(), rank);
        double residual = stage.Run(new RingSink());
        Difference.RequireResidual(shape.ToString(), residual);
        foreach (var (kernel, times) in Contest.Alone(rounds, stage.RunKernels))
        {
            yield return new Row(string.Create(CultureInfo.InvariantCulture, $"kernel: {NameOf(kernel)}, {shape}, K {rank}"), "ms") { Ours = times, Difference = Math.Pow(10, residual / 20) }
                .With(stage.CostOf(kernel), bench.Peaks, stage.BlockBytes);
        }
    }

    /// <summary>The first iterations are compared with a factorisation's.</summary>
    private static double CheckUpdate(Bench bench, IterationProblem problem, UpdateKernels kernels)
    {
        for (int i = 0; i < IterationRow.CheckedIterations; i++) kernels.Run();
        NmfFit want = IterationRow.Fit(bench.Session, problem);
        var (templates, activations) = kernels.Factors();
        string what = $"kernels of {problem.Shape}";
        return Math.Max(Difference.Require(what + ", W", templates, want.Templates, Allowed), Difference.Require(what + ", H", activations, want.Activations, Allowed));
    }

    private static string NameOf(StemKernel kernel) => kernel switch
    {
        StemKernel.Spectrum => "STFT to the spectrum",
        StemKernel.MaskSums => "mask sums",
        StemKernel.Normalizers => "weights of the samples",
        StemKernel.Inverse => "masked inverse",
        StemKernel.OverlapAdd => "overlap-add",
        _ => "masked inverse and overlap-add",
    };
}
