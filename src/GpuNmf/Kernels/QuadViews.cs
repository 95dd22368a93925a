using ILGPU;
using ILGPU.Runtime;

namespace GpuNmf.Kernels;

/// <summary>Rows of floats seen as quads.</summary>
internal static class QuadViews
{
    /// <summary>
    /// The view as quads, which the compiler then moves 128 bits at a time. Its first float must lie at a multiple of 16 bytes: a buffer begins
    /// at one, and so does every row, model and slice of a pitch or rank class.
    /// </summary>
    internal static ArrayView<FloatQuad> AsQuads(this ArrayView<float> view) => view.AsAligned(16).Cast<FloatQuad>();
}
