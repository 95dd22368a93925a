using System.Runtime.CompilerServices;
using GpuNmf.Devices;
using GpuNmf.Kernels;
using GpuNmf.Tests.Lanes;
using ILGPU;
using ILGPU.Runtime;
using Xunit;

namespace GpuNmf.Tests.Kernels;

/// <summary>A kernel is compiled once for a device, however many recordings it serves.</summary>
public sealed class KeptKernelsTests
{
    [Theory, OnEveryDevice(RealOnly = true)]
    public void A_kernel_outlives_collections_and_is_given_again(string lane)
    {
        using var session = Lane.Open(lane);
        WeakReference first = Load(session);

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        Assert.True(first.IsAlive, "the kernel was collected");
        Assert.Same(first.Target, KeptKernels.LoadKernel<ArrayView<int>>(session.Accelerator, Fill));
        Assert.NotSame(first.Target, KeptKernels.LoadKernel<ArrayView<int>>(session.Accelerator, Fill, new KernelSpecialization(1, 1)));
        Assert.NotSame(first.Target, KeptKernels.LoadKernel<ArrayView<int>>(session.Accelerator, Clear));
    }

    /// <summary>ILGPU makes a new launcher at every call; so the same one comes from here.</summary>
    [Theory, OnEveryDevice(RealOnly = true)]
    public void Whoever_loads_a_kernel_within_the_room_is_given_the_same(string lane)
    {
        using var session = Lane.Open(lane);
        Assert.Same(session.Accelerator.LoadTile<ArrayView<int>>(Fill, 1), session.Accelerator.LoadTile<ArrayView<int>>(Fill, 1));
        Assert.NotSame(KernelLoaders.LoadKernel<ArrayView<int>>(session.Accelerator, Fill), KernelLoaders.LoadKernel<ArrayView<int>>(session.Accelerator, Fill));
    }

    [Fact]
    public void Devices_have_kernels_of_their_own()
    {
        using DeviceSession one = Lane.Open(Lane.Cpu), other = Lane.Open(Lane.Cpu);
        Assert.NotSame(Load(one).Target, Load(other).Target);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Load(DeviceSession session) => new(KeptKernels.LoadKernel<ArrayView<int>>(session.Accelerator, Fill));

    private static void Fill(ArrayView<int> values) => values[Grid.GlobalIndex.X] = 1;

    private static void Clear(ArrayView<int> values) => values[Grid.GlobalIndex.X] = 0;
}
