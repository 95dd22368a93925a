using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace GpuNmf.Kernels;

/// <summary>Views as pointers, on the CPU only.</summary>
internal static unsafe class StripPointers
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float* Pointer(this ArrayView<float> view) => (float*)view.LoadEffectiveAddressAsPtr();
}
