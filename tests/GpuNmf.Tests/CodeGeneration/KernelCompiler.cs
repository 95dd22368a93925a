using System.Reflection;
using GpuNmf.Kernels;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace GpuNmf.Tests.CodeGeneration;

/// <summary>What ILGPU generates for a kernel, without a driver or a device.</summary>
internal static class KernelCompiler
{
    /// <summary>The PTX text of a kernel.</summary>
    /// <remarks>
    /// PTX 7.8 is the oldest that knows sm_90, so every assembler from CUDA 11.8 on takes it. A failed compilation leaves ILGPU's back end
    /// broken, therefore each one has a context of its own.
    /// </remarks>
    internal static string Ptx(MethodInfo kernel, CudaArchitecture architecture, int group = TileLoading.Group)
    {
        using var context = NewContext();
        using var backend = new PTXBackend(
            context, new CudaCapabilityContext(architecture), architecture, CudaInstructionSet.ISA_78, null);
        var specialization = TileLoading.SpecializationFor(group);
        return ((PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), specialization)).PTXAssembly;
    }

    /// <summary>The OpenCL C text of a kernel for a device that has only what the library asks for: generic addresses, no double precision.</summary>
    internal static string OpenCL(MethodInfo kernel)
    {
        using var context = NewContext();
        var capabilities = new CLCapabilityContext(float16: false, float64: false, genericAddressSpace: true, int64_Atomics: false, subGroups: false);
        using var backend = new CLBackend(context, capabilities, CLDeviceVendor.Other, new CLCVersion(3, 0));
        var specialization = TileLoading.Specialization;
        return ((CLCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), specialization)).Source;
    }

    // The settings of DeviceSession's contexts.
    private static Context NewContext() => Context.Create(builder => builder.EnableAlgorithms().Optimize(OptimizationLevel.O2));
}
