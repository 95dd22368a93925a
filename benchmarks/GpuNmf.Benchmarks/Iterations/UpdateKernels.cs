using System.Diagnostics;
using GpuNmf.Devices;
using GpuNmf.Kernels;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf;
using GpuNmf.Nmf.Blocks;

namespace GpuNmf.Benchmarks.Iterations;

/// <summary>What an iteration is made of.</summary>
internal enum UpdateKernel
{
    /// <summary>The step of the templates.</summary>
    Step,

    /// <summary>The pass over X.</summary>
    Pass,
}

/// <summary>The two kernels of an iteration, each launched on its own and waited for.</summary>
internal sealed class UpdateKernels : IDisposable
{
    private readonly DeviceSession _session;
    private readonly NmfGeometry _geometry;
    private readonly INmfKernels _kernels;
    private readonly NmfWorkspace _workspace;
    private readonly DeviceBuffer<float> _x;
    private readonly double _beta;

    internal UpdateKernels(DeviceSession session, IterationProblem problem)
    {
        _session = session;
        _geometry = problem.Geometry(session);
        _beta = problem.Beta;
        _kernels = NmfKernels.Load(session, _geometry, _beta);
        _x = problem.Upload(session);
        var rule = UpdateRule.For(problem.Options(1));
        _workspace = new NmfWorkspace(session, _geometry, rule, new BatchSize(1, _kernels.LossLength, 1), NmfSolver.MultiplicativeUpdate);
        _workspace.Upload(0, problem.Templates, problem.Activations, default);
        _workspace.States.Upload([new ModelState { Rank = problem.Shape.Rank }]);
        _kernels.EnqueuePass(PassKind.First, PassArgs(updates: false), _geometry.Slices);
        _session.Synchronize();
    }

    internal Cost CostOf(UpdateKernel kernel) => kernel == UpdateKernel.Step ? KernelCost.TemplateStep(_geometry, _beta) : KernelCost.Pass(_geometry, _beta, PassKind.Inner);

    /// <summary>Bytes that a kernel goes over: the partial sums, or X.</summary>
    internal double WorkingSetOf(UpdateKernel kernel) => kernel == UpdateKernel.Step ? 4.0 * SliceSums.Of(_geometry, _beta).Total : 4.0 * _geometry.Rows * _geometry.Pitch;

    /// <summary>One iteration; milliseconds of the step of the templates and of the pass behind it.</summary>
    internal IEnumerable<KeyValuePair<UpdateKernel, double>> Run()
    {
        double step = Time(() => _kernels.EnqueueTemplates(_workspace.TemplateArgs(0, 1)));
        _workspace.SwapTemplates();
        double pass = Time(() => _kernels.EnqueuePass(PassKind.Inner, PassArgs(updates: true), _geometry.Slices));
        _workspace.SwapActivations();
        return [new(UpdateKernel.Step, step), new(UpdateKernel.Pass, pass)];
    }

    private PassArgs PassArgs(bool updates) => _workspace.PassArgs(new SpectrogramBlock(_x, 0, _geometry.Frames), updates, 0, 1, _kernels.LossesOfASlice);

    /// <summary>The factors as they are: bins x components, components x frames.</summary>
    internal (float[,] Templates, float[,] Activations) Factors() => _workspace.Download(0, _geometry.Rank, default);

    private double Time(Action enqueue)
    {
        long start = Stopwatch.GetTimestamp();
        enqueue();
        _session.Synchronize();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    public void Dispose()
    {
        _x.Dispose();
        _workspace.Dispose();
        _kernels.Dispose();
    }
}
