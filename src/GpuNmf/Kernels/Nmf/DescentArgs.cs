using ILGPU;

namespace GpuNmf.Kernels.Nmf;

/// <summary>What coordinate descent needs beside the sums: in which order, and how far it is from the end. Other solvers leave it empty.</summary>
internal struct DescentArgs
{
    /// <summary>Order of the components in a sweep, templates' then activations' [2][K'] of each model.</summary>
    public ArrayView<int> Order;

    /// <summary>|projected gradient| summed over the components, for each frame [rows], then for each bin [P], of each model.</summary>
    public ArrayView<float> Violations;

    /// <summary>The view of one model.</summary>
    public readonly DescentArgs Of(long model, ModelLengths lengths, int rankPitch) => new()
    {
        Order = Order.SubView(model * 2 * rankPitch),
        Violations = Violations.SubView(model * lengths.Violations),
    };
}
