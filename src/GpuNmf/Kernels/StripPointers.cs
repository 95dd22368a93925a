using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using ILGPU;
using ILGPU.Runtime;

namespace GpuNmf.Kernels;

/// <summary>Views as pointers, on the CPU only.</summary>
internal static unsafe class StripPointers
{
    /// <summary>Floats of a line of the caches.</summary>
    internal const int CacheLine = 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float* Pointer(this ArrayView<float> view) => (float*)view.LoadEffectiveAddressAsPtr();

    /// <summary>Asks for a line to be brought into the second cache; any address will do.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Prefetch(float* address)
    {
        if (Sse.IsSupported) Sse.Prefetch1(address);
    }
}
