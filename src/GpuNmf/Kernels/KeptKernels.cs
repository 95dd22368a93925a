using System.Reflection;
using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace GpuNmf.Kernels;

/// <summary>
/// Kernels as they were loaded, for as long as their accelerator lives. ILGPU's own cache forgets what nobody holds with the next collection, so that every
/// recording after it would wait for the compilers again. Within this room it stands before ILGPU's methods of the same name.
/// </summary>
internal static class KeptKernels
{
    private static readonly ConditionalWeakTable<Accelerator, Dictionary<(MethodInfo, KernelSpecialization), Delegate>> s_kept = [];

    /// <summary>Loads a kernel, or gives the one that was loaded before.</summary>
    internal static Action<AcceleratorStream, KernelConfig, TArgs> LoadKernel<TArgs>(this Accelerator accelerator, Action<TArgs> kernel) where TArgs : struct =>
        accelerator.LoadKernel(kernel, KernelSpecialization.Empty);

    /// <inheritdoc cref="LoadKernel{TArgs}(Accelerator, Action{TArgs})"/>
    internal static Action<AcceleratorStream, KernelConfig, TArgs> LoadKernel<TArgs>(this Accelerator accelerator, Action<TArgs> kernel, KernelSpecialization specialization) where TArgs : struct
    {
        var kept = s_kept.GetOrCreateValue(accelerator);
        var key = (kernel.Method, specialization);
        lock (kept)
        {
            if (!kept.TryGetValue(key, out var loaded)) kept[key] = loaded = KernelLoaders.LoadKernel(accelerator, kernel, specialization);
            return (Action<AcceleratorStream, KernelConfig, TArgs>)loaded;
        }
    }
}
