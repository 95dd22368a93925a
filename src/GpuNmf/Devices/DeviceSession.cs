using System.Globalization;
using System.Runtime.Intrinsics;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace GpuNmf.Devices;

/// <summary>
/// An open device: the only place that makes ILGPU contexts and accelerators, and the only one that allocates on them.
/// Whoever opens it disposes it, after every buffer.
/// </summary>
internal sealed class DeviceSession : IDisposable
{
    /// <summary>Bytes of a line of the CPU's caches.</summary>
    private const int LineBytes = 64;

    private readonly Context _context;
    private readonly Accelerator _accelerator;
    private long _liveBytes;
    private long _peakBytes;
    private long _allocations;
    private AcceleratorStream? _copyStream;

    private DeviceSession(Context context, Accelerator accelerator, DeviceEntry entry, KernelForm form, SimdWidth simd, string kind)
    {
        _context = context;
        _accelerator = accelerator;
        Entry = entry;
        Form = form;
        Simd = simd;
        Kind = kind;
    }

    /// <summary>Called before everything that is asked of the driver. It may throw what a driver does: for tests of a device that is lost.</summary>
    internal Action? OnCall { get; set; }

    internal Accelerator Accelerator
    {
        get
        {
            OnCall?.Invoke();
            return _accelerator;
        }
    }

    internal AcceleratorStream Stream => Accelerator.DefaultStream;

    /// <summary>For copies beside the work of <see cref="Stream"/>; one thread uses it at a time.</summary>
    internal AcceleratorStream CopyStream
    {
        get
        {
            var accelerator = Accelerator;
            return _copyStream ??= accelerator.CreateStream();
        }
    }

    internal DeviceEntry Entry { get; }

    internal KernelForm Form { get; }

    /// <summary>Width of the strip kernels; meaningless for tiles.</summary>
    internal SimdWidth Simd { get; }

    /// <summary><c>cpu-512</c>, <c>cuda</c>, <c>opencl</c>: what the rounding belongs to, together with the device and its driver.</summary>
    internal string Kind { get; }

    /// <summary>Bytes allocated and not yet freed.</summary>
    internal long LiveBytes => Interlocked.Read(ref _liveBytes);

    /// <summary>Bytes that an allocation could take now, as far as the driver tells; else the device's memory.</summary>
    internal long FreeBytes => Accelerator is CudaAccelerator cuda ? cuda.GetFreeMemory() : Entry.MemoryBytes > 0 ? Entry.MemoryBytes - LiveBytes : long.MaxValue;

    /// <summary>Bytes that are not to be exceeded, beside the device's own.</summary>
    internal long LimitBytes { get; set; } = long.MaxValue;

    /// <summary>The most bytes alive at one time since the opening, or since <see cref="RestartPeak"/>.</summary>
    internal long PeakBytes => Interlocked.Read(ref _peakBytes);

    /// <summary>Counts the peak from the bytes alive now.</summary>
    internal void RestartPeak() => Interlocked.Exchange(ref _peakBytes, LiveBytes);

    /// <summary>Allocations made so far; a test watches that iterations make none.</summary>
    internal long Allocations => Interlocked.Read(ref _allocations);

    /// <summary>Opens the device that a request names.</summary>
    /// <exception cref="DeviceUnavailableException">It is not there; the message lists what is.</exception>
    internal static DeviceSession Open(DeviceRequest request)
    {
        var found = DeviceCatalog.Choose(request);
        return found.Device switch
        {
            CudaDevice cuda => OpenGpu(builder => builder.Cuda(device => device.DeviceId == cuda.DeviceId), found.Entry, "cuda"),
            CLDevice cl => OpenGpu(builder => builder.OpenCL(device => device.DeviceId == cl.DeviceId), found.Entry, "opencl"),
            _ => OpenCpu(request),
        };
    }

    /// <summary>Opens a simulated GPU, slow and exact about barriers and group limits: for tests of tile kernels.</summary>
    internal static DeviceSession OpenSimulated(CPUDevice device, string name)
    {
        var context = NewContext(builder => builder.CPU(device));
        return Finish(context, () => context.CreateCPUAccelerator(0),
            new DeviceEntry(DeviceKind.Cpu, 0, name, 0, device.NumMultiprocessors, null), KernelForm.Tile, SimdWidth.Auto, name);
    }

    /// <summary>Does what a user asked for, with the device.</summary>
    /// <exception cref="DeviceLostException">The driver failed on the way, and not for lack of memory.</exception>
    internal T Use<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (AcceleratorException e)
        {
            throw new DeviceLostException(
                $"{Entry.Name} stopped working, and what it held is lost: {Said(e)}. Start again; if it happens again, look at the driver's log, or take another device.", e);
        }
    }

    /// <summary>Allocates pinned memory on the host.</summary>
    /// <exception cref="DeviceMemoryException">The driver pins no more.</exception>
    internal HostBuffer<T> AllocateHost<T>(long length) where T : unmanaged
    {
        try
        {
            return new(this, Accelerator.AllocatePageLocked1D<T>(length));
        }
        catch (Exception e) when (IsLackOfMemory(e))
        {
            throw new DeviceMemoryException(string.Create(CultureInfo.InvariantCulture,
                $"{Entry.Name} gets no {(double)length * Interop.SizeOf<T>() / (1 << 20):F0} MiB of the host's memory that it can copy from; have the spectrogram recomputed or on disk, or take a shorter piece."), e);
        }
    }

    /// <summary>Allocates zeroed memory on the device.</summary>
    /// <param name="length">Number of elements, at least 1.</param>
    internal DeviceBuffer<T> Allocate<T>(long length) where T : unmanaged
    {
        // ILGPU's memory on the CPU begins 16 bytes behind a line of the caches: every wide vector would lie across two of them.
        long spare = _accelerator is CPUAccelerator ? (LineBytes + Interop.SizeOf<T>() - 1) / Interop.SizeOf<T>() : 0;
        var memory = Reserve<T>(length + spare);
        long first = spare == 0 ? 0 : FirstAligned(memory);
        long live = Interlocked.Add(ref _liveBytes, memory.LengthInBytes);
        Interlocked.Increment(ref _allocations);
        if (live > _peakBytes) _peakBytes = live;
        var buffer = new DeviceBuffer<T>(this, memory, first, length);
        try
        {
            memory.MemSetToZero(Stream);
            return buffer;
        }
        catch (AcceleratorException e) when (IsLackOfMemory(e))
        {
            // A driver that allocates when memory is first touched says so here.
            double bytes = memory.LengthInBytes;
            buffer.Dispose();
            throw NoRoom(bytes, e);
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    /// <summary>Makes sure that so many bytes can be allocated now.</summary>
    /// <exception cref="DeviceMemoryException">They cannot.</exception>
    internal void RequireRoom(long bytes) => Free(Reserve<byte>(Math.Max(1, bytes)));

    /// <summary>The first element that begins a line of the caches, where a line is a whole number of elements; else 0.</summary>
    private static long FirstAligned<T>(MemoryBuffer1D<T, Stride1D.Dense> memory) where T : unmanaged
    {
        int size = Interop.SizeOf<T>();
        long behind = memory.NativePtr % LineBytes;
        return LineBytes % size == 0 && behind % size == 0 ? (LineBytes - behind) % LineBytes / size : 0;
    }

    private MemoryBuffer1D<T, Stride1D.Dense> Reserve<T>(long length) where T : unmanaged
    {
        double bytes = (double)length * Interop.SizeOf<T>();
        // A system that promises more memory than it has would end the process later instead.
        if (LiveBytes + bytes > MostBytes) throw NoRoom(bytes, null);
        try
        {
            return Accelerator.Allocate1D<T>(length);
        }
        catch (Exception e) when (IsLackOfMemory(e))
        {
            throw NoRoom(bytes, e);
        }
    }

    /// <summary>What a driver said, and its name for it. ILGPU has no words for OpenCL's errors.</summary>
    private static string Said(AcceleratorException exception) => exception switch
    {
        CudaException cuda => $"{cuda.Message} ({cuda.Error})",
        CLException cl => cl.Error.ToString(),
        _ => exception.Message.TrimEnd('.'),
    };

    /// <summary>True for what a driver says that has no room, and not for what it says when the device is gone.</summary>
    private static bool IsLackOfMemory(Exception exception) => exception switch
    {
        CudaException cuda => cuda.Error == nameof(CudaError.CUDA_ERROR_OUT_OF_MEMORY),
        // A buffer of a size that the device has never room for has an error of its own.
        CLException cl => cl.Error is CLError.CL_MEM_OBJECT_ALLOCATION_FAILURE or CLError.CL_OUT_OF_RESOURCES or CLError.CL_OUT_OF_HOST_MEMORY or CLError.CL_INVALID_BUFFER_SIZE,
        _ => exception is OutOfMemoryException,
    };

    private double MostBytes => Math.Min(LimitBytes, Entry.MemoryBytes > 0 ? Entry.MemoryBytes : double.PositiveInfinity);

    private DeviceMemoryException NoRoom(double bytes, Exception? cause) => new(
        string.Create(CultureInfo.InvariantCulture, $"{Entry.Name} has no room for another {bytes / (1 << 20):F0} MiB beside the {LiveBytes / (1 << 20)} MiB in use") +
        (MostBytes < long.MaxValue ? string.Create(CultureInfo.InvariantCulture, $", of {MostBytes / (1 << 20):F0} MiB in all") : "") +
        "; take a shorter piece, a larger hop, fewer components or another device.", cause!);

    internal void Released(long bytes) => Interlocked.Add(ref _liveBytes, -bytes);

    /// <summary>Gives back something of the device's.</summary>
    /// <remarks>A device that is lost has taken it along. What the driver says of that is no news, and must not hide what it said first.</remarks>
    internal void Free(IDisposable held)
    {
        try
        {
            held.Dispose();
            OnCall?.Invoke();
        }
        catch (AcceleratorException)
        {
            // The next call says so, if there is one.
        }
    }

    internal void Synchronize() => Stream.Synchronize();

    public void Dispose()
    {
        if (_copyStream is not null) Free(_copyStream);
        Free(_accelerator);
        Free(_context);
    }

    /// <summary>The widest vectors that the processor runs in hardware.</summary>
    internal static SimdWidth WidestSimd() =>
        Vector512.IsHardwareAccelerated ? SimdWidth.Bits512 : Vector256.IsHardwareAccelerated ? SimdWidth.Bits256 : SimdWidth.Bits128;

    private static DeviceSession OpenCpu(DeviceRequest request)
    {
        int threads = request.Threads ?? Environment.ProcessorCount;
        if (threads is < 1 or > 1024)
            throw new ArgumentOutOfRangeException(nameof(request), threads, $"Threads is {threads}; it must lie in 1..1024.");
        if (!Enum.IsDefined(request.Simd))
            throw new ArgumentOutOfRangeException(nameof(request), request.Simd, $"Simd is {(int)request.Simd}; it must be Auto, Bits128, Bits256 or Bits512.");
        var simd = request.Simd == SimdWidth.Auto ? WidestSimd() : request.Simd;
        // One multiprocessor a thread, groups of one thread. Two threads a warp is the least that ILGPU accepts; the second sleeps.
        var context = NewContext(builder => builder.CPU(new CPUDevice(2, 1, threads)));
        var session = Finish(context, () => context.CreateCPUAccelerator(0, CPUAcceleratorMode.Parallel),
            DeviceCatalog.CpuEntry(threads), KernelForm.Strip, simd, $"cpu-{(int)simd}");
        try
        {
            CpuPlacement.Spread(session.Accelerator);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private static DeviceSession OpenGpu(Action<Context.Builder> choose, DeviceEntry entry, string kind)
    {
        DriverProbe.EnsureOpenClResolvable();
        var context = NewContext(choose);
        return Finish(context, () => context.Devices[0].CreateAccelerator(context), entry, KernelForm.Tile, SimdWidth.Auto, kind);
    }

    private static Context NewContext(Action<Context.Builder> choose) => Context.Create(builder =>
    {
        builder.EnableAlgorithms().Optimize(OptimizationLevel.O2);
        choose(builder);
    });

    private static DeviceSession Finish(Context context, Func<Accelerator> open, DeviceEntry entry, KernelForm form, SimdWidth simd, string kind)
    {
        try
        {
            return new DeviceSession(context, open(), entry, form, simd, kind);
        }
        catch (AcceleratorException e)
        {
            context.Dispose();
            throw new DeviceUnavailableException($"{entry.Id} ({entry.Name}) is listed, but its driver does not open it: {Said(e)}. Try again, or choose another device.", e);
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }
}
