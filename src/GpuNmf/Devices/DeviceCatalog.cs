using ILGPU.Runtime;

namespace GpuNmf.Devices;

/// <summary>What devices this machine has.</summary>
public static class DeviceCatalog
{
    /// <summary>Every CUDA, OpenCL and CPU device, usable or rejected with the reason; the CPU comes last and is always there.</summary>
    public static IReadOnlyList<DeviceEntry> List() => [.. Find().Select(found => found.Entry)];

    /// <summary>The entries with the devices behind them; null for the CPU and for what was rejected.</summary>
    internal static IReadOnlyList<FoundDevice> Find()
    {
        var all = new List<FoundDevice>();
        AddCuda(all);
        AddOpenCl(all);
        all.Add(new FoundDevice(CpuEntry(Environment.ProcessorCount), null, false));
        return all;
    }

    /// <summary>The CPU as an entry.</summary>
    internal static DeviceEntry CpuEntry(int threads) =>
        new(DeviceKind.Cpu, 0, CpuName.Read(), GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, threads, null);

    /// <summary>Picks the device for a request.</summary>
    /// <exception cref="DeviceUnavailableException">It is not there.</exception>
    internal static FoundDevice Choose(DeviceRequest request)
    {
        var all = Find();
        if (request.Kind is { } kind)
        {
            return all.FirstOrDefault(f => f.Entry.IsUsable && f.Entry.Kind == kind && (kind == DeviceKind.Cpu || f.Entry.Index == request.Index))
                ?? throw new DeviceUnavailableException($"Device {request} is not available. {Summary(all)}");
        }
        return all.FirstOrDefault(f => f.Entry.IsUsable && f.Entry.Kind == DeviceKind.Cuda)
            ?? all.FirstOrDefault(f => f.Entry.IsUsable && f.IsOpenClGpu)
            ?? all[^1];
    }

    private static string Summary(IReadOnlyList<FoundDevice> all)
    {
        var usable = all.Where(f => f.Entry.IsUsable).Select(f => $"{f.Entry.Id} ({f.Entry.Name})");
        var rejected = all.Where(f => !f.Entry.IsUsable).Select(f => $" {f.Entry.Name} cannot be used: {f.Entry.RejectedBecause}.");
        return $"There is {string.Join(", ", usable)}.{string.Concat(rejected)}";
    }

    private static void AddCuda(List<FoundDevice> all)
    {
        int before = all.Count, index = 0;
        foreach (var device in DriverProbe.CudaDevices())
        {
            string? why = DriverProbe.WhyRejected(device);
            all.Add(new FoundDevice(Entry(device, DeviceKind.Cuda, why is null ? index++ : -1, why), device, false));
        }
        if (all.Count == before)
            all.Add(new FoundDevice(new DeviceEntry(DeviceKind.Cuda, -1, "CUDA", 0, 0, DriverProbe.WhyNoCuda()), null, false));
    }

    private static void AddOpenCl(List<FoundDevice> all)
    {
        int before = all.Count, index = 0;
        foreach (var device in DriverProbe.OpenClDevices())
        {
            string? why = DriverProbe.WhyRejected(device);
            bool gpu = device.DeviceType.HasFlag(ILGPU.Runtime.OpenCL.CLDeviceType.CL_DEVICE_TYPE_GPU);
            all.Add(new FoundDevice(Entry(device, DeviceKind.OpenCL, why is null ? index++ : -1, why), device, gpu));
        }
        if (all.Count == before)
            all.Add(new FoundDevice(new DeviceEntry(DeviceKind.OpenCL, -1, "OpenCL", 0, 0, DriverProbe.WhyNoOpenCl()), null, false));
    }

    private static DeviceEntry Entry(Device device, DeviceKind kind, int index, string? why) =>
        new(kind, index, device.Name.Trim(), device.MemorySize, device.NumMultiprocessors, why);
}

/// <summary>An entry of the list and the ILGPU device behind it.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Device">Null for the CPU and for rejected devices without a driver.</param>
/// <param name="IsOpenClGpu">True for an OpenCL device that is a GPU; only those are chosen by themselves.</param>
internal sealed record FoundDevice(DeviceEntry Entry, Device? Device, bool IsOpenClGpu);
