using GpuNmf.Devices;
using GpuNmf.Nmf;

namespace GpuNmf.Benchmarks.Iterations;

/// <summary>
/// A factorisation that stands still between iterations, on a thread of its own, so that iterations can be timed without what comes before
/// and after them. A step is ten iterations: it ends with the loss, which is read back, and so with a device that has finished.
/// </summary>
internal sealed class SteppedFactorization : IDisposable
{
    internal const int IterationsOfAStep = Factorizer.LossInterval;

    private const int EnoughIterations = 1_000_000;

    private readonly SemaphoreSlim _go = new(0), _arrived = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly DeviceBuffer<float> _x;
    private readonly Factorizer _factorizer;
    private readonly IReadOnlyList<NmfModel> _models;
    private readonly Thread _thread;
    private Exception? _failure;

    /// <summary>Of one model. Runs the first step, which warms the kernels up.</summary>
    internal SteppedFactorization(DeviceSession session, IterationProblem problem) : this(session, problem, NmfModel.Of(problem.Options(EnoughIterations)))
    {
    }

    /// <summary>Of a batch of models with random starts.</summary>
    internal SteppedFactorization(DeviceSession session, IterationProblem problem, int models) : this(session, problem, NmfModel.Of(problem.RandomStarts(EnoughIterations, models)))
    {
    }

    private SteppedFactorization(DeviceSession session, IterationProblem problem, IReadOnlyList<NmfModel> models)
    {
        _models = models;
        _x = problem.Upload(session);
        _factorizer = new Factorizer(session, problem.Geometry(session), problem.Options(EnoughIterations), models.Count);
        if (_factorizer.BatchModels < models.Count) throw new InvalidOperationException($"{models.Count} models of {problem.Shape} do not fit into one batch; {_factorizer.BatchModels} do.");
        _thread = new Thread(Iterate);
        _thread.Start();
        Await();
    }

    /// <summary>Does ten iterations.</summary>
    internal void Step()
    {
        _go.Release();
        Await();
    }

    public void Dispose()
    {
        _stop.Cancel();
        _go.Release();
        _thread.Join();
        _factorizer.Dispose();
        _x.Dispose();
        _stop.Dispose();
        _go.Dispose();
        _arrived.Dispose();
    }

    private void Iterated(int iterations, double loss)
    {
        if (iterations % IterationsOfAStep != 0) return;
        _arrived.Release();
        _go.Wait();
    }

    private void Await()
    {
        _arrived.Wait();
        if (_failure is not null) throw new InvalidOperationException("The factorisation failed.", _failure);
    }

    private void Iterate()
    {
        try
        {
            _factorizer.Run(_x, _models, Iterated, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // Dispose asked for it.
        }
#pragma warning disable CA1031 // Handed to the thread that steps.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _failure = exception;
            _arrived.Release();
        }
    }
}
