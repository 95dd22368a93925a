using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace GpuNmf.Devices;

/// <summary>Finds the drivers of this machine and says why one cannot be used.</summary>
internal static class DriverProbe
{
    private const string CudaLibraryLinux = "libcuda.so.1";
    private const string OpenClLibraryLinux = "libOpenCL.so.1";

    private static readonly Lock s_gate = new();
    private static bool s_resolverSet;

    /// <summary>
    /// ILGPU loads <c>libOpenCL.so</c>, a link that only development packages install; the loader itself is <c>libOpenCL.so.1</c>.
    /// </summary>
    internal static void EnsureOpenClResolvable()
    {
        lock (s_gate)
        {
            if (s_resolverSet) return;
            s_resolverSet = true;
            try
            {
                NativeLibrary.SetDllImportResolver(typeof(Context).Assembly, (name, assembly, path) =>
                    name == "OpenCL" && OperatingSystem.IsLinux() && NativeLibrary.TryLoad(OpenClLibraryLinux, out nint handle)
                        ? handle
                        : 0);
            }
            catch (InvalidOperationException)
            {
                // The program around the library has set its own, and only one is allowed: then finding OpenCL is its business.
            }
        }
    }

    /// <summary>Every OpenCL device that its driver offers, usable or not.</summary>
    internal static IReadOnlyList<CLDevice> OpenClDevices()
    {
        EnsureOpenClResolvable();
        return [.. CLDevice.GetDevices(_ => true).Cast<CLDevice>()];
    }

    /// <summary>Every CUDA device, usable or not.</summary>
    internal static IReadOnlyList<CudaDevice> CudaDevices() => [.. CudaDevice.GetDevices(_ => true).Cast<CudaDevice>()];

    /// <summary>Null when kernels can run there, otherwise the reason.</summary>
    internal static string? WhyRejected(CLDevice device) =>
        device.Capabilities.GenericAddressSpace
            ? TileNeeds.WhyTooSmall(device)
            : $"the driver ({device.PlatformName}, OpenCL C {device.CVersion}) has no generic address space, which the kernels need; a newer driver may have it";

    /// <inheritdoc cref="WhyRejected(CLDevice)"/>
    internal static string? WhyRejected(CudaDevice device) =>
        device.Architecture is not { } architecture
            ? "its architecture is unknown to this version"
            : architecture < CudaArchitecture.SM_50
                ? $"its architecture {architecture} is older than sm_50"
                : device.InstructionSet is null ? $"driver {device.DriverVersion} supports no instruction set known to this version" : TileNeeds.WhyTooSmall(device);

    /// <summary>Why there is no CUDA device at all.</summary>
    internal static string WhyNoCuda() =>
        CanLoad(OperatingSystem.IsWindows() ? "nvcuda.dll" : CudaLibraryLinux)
            ? "the driver is installed but shows no device (is the GPU visible to this user or container?)"
            : $"no driver library ({(OperatingSystem.IsWindows() ? "nvcuda.dll" : CudaLibraryLinux)}); install the NVIDIA driver";

    /// <summary>Why there is no OpenCL device at all.</summary>
    internal static string WhyNoOpenCl() =>
        CanLoad(OperatingSystem.IsWindows() ? "OpenCL.dll" : OperatingSystem.IsMacOS() ? "/System/Library/Frameworks/OpenCL.framework/OpenCL" : OpenClLibraryLinux)
            ? "the OpenCL loader is installed but no driver (ICD) offers a device"
            : $"no OpenCL loader ({(OperatingSystem.IsWindows() ? "OpenCL.dll" : OpenClLibraryLinux)}); install one with your GPU's OpenCL driver";

    private static bool CanLoad(string library)
    {
        if (!NativeLibrary.TryLoad(library, out nint handle)) return false;
        NativeLibrary.Free(handle);
        return true;
    }
}
