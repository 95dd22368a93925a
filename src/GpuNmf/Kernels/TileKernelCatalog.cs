using System.Reflection;
using GpuNmf.Kernels.Nmf;

namespace GpuNmf.Kernels;

/// <summary>A tile kernel as it is launched.</summary>
/// <param name="Name">What it computes and its rank class.</param>
/// <param name="Method">The closed method.</param>
/// <param name="MaxGroup">Threads of its largest group.</param>
/// <param name="Everyday">True for the kernels that the quick tests compile.</param>
internal sealed record TileKernel(string Name, MethodInfo Method, int MaxGroup, bool Everyday);

/// <summary>Every tile kernel of the library, for those who compile or describe them all.</summary>
internal static class TileKernelCatalog
{
    internal static IEnumerable<TileKernel> All =>
    [
        Kernel("measure rows", ConditionKernels.MeasureTile),
        Kernel("scale rows", ConditionKernels.ApplyTile),
    ];

    private static TileKernel Kernel(string name, Action<ConditionArgs> kernel) => new(name, kernel.Method, ConditionKernels.Group, true);
}
