using ILGPU;

namespace GpuNmf.Kernels.Nmf;

/// <summary>
/// Whole iterations, each the step of the templates and then a pass. Buffers swap their roles after each, so the arguments of even and of odd
/// ones stand here; <see cref="PassArgs.FirstModel"/> of both is that of the first iteration.
/// </summary>
internal struct IterationArgs
{
    /// <summary>Iterations of a launch at most.</summary>
    internal const int Most = 10;

    public TemplateArgs EvenStep;
    public TemplateArgs OddStep;
    public PassArgs EvenPass;
    public PassArgs OddPass;

    /// <summary>Iterations, 1..<see cref="Most"/>.</summary>
    public int Count;

    /// <summary>Strip form: how far the groups are, zero at the start (<see cref="StripWork"/>).</summary>
    public ArrayView<int> Progress;

    /// <summary>The step of iteration <paramref name="i"/> of the launch.</summary>
    public readonly TemplateArgs Step(int i)
    {
        var step = i % 2 == 0 ? EvenStep : OddStep;
        step.FirstModel += i * step.ModelCount;
        return step;
    }

    /// <summary>The pass of iteration <paramref name="i"/> of the launch.</summary>
    public readonly PassArgs Pass(int i)
    {
        var pass = i % 2 == 0 ? EvenPass : OddPass;
        pass.FirstModel += i * pass.ModelCount;
        return pass;
    }
}
