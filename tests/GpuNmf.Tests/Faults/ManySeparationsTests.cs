using System.Diagnostics;
using GpuNmf.Audio;
using GpuNmf.Devices;
using GpuNmf.Nmf;
using GpuNmf.Stft;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests.Faults;

/// <summary>Nothing grows while one process separates file after file, of different lengths, on one device or on one opened for each.</summary>
public sealed class ManySeparationsTests : IDisposable
{
    private static readonly int[] s_lengths = [9_000, 40_000, 3_001];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Nothing_grows_in_thirty() => SeparateAll(warm: 12, all: 30);

    [Fact]
    [Trait("Suite", "Full")]
    public void Nothing_grows_in_two_hundred() => SeparateAll(warm: 50, all: 200);

    [Fact]
    public void Nothing_grows_with_a_device_opened_for_each() => SeparateAll(warm: 6, all: 12, reopens: true);

    [Fact]
    [Trait("Suite", "Full")]
    public void Nothing_grows_in_two_hundred_with_a_device_opened_for_each() => SeparateAll(warm: 50, all: 200, reopens: true);

    private void SeparateAll(int warm, int all, bool reopens = false)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux lists a process's open files in /proc.");
        for (int i = 0; i < s_lengths.Length; i++) WavFile.Write(_folder[$"{i}.wav"], TestSignals.Recording(TestSignals.Tones(s_lengths[i], 1), TestSignals.Noise(s_lengths[i], 2)), WavEncoding.Float32);
        using var kept = Lane.Open(Lane.Cpu);
        var allocations = new Dictionary<int, long>();
        Usage before = default;
        for (int n = 0; n < all; n++)
        {
            if (n == warm) before = Usage.Now();
            long made = kept.Allocations;
            if (reopens)
            {
                using var opened = Lane.Open(Lane.Cpu);
                SeparateFile(opened, n % s_lengths.Length);
                made = opened.Allocations;
                Assert.Equal(0, opened.LiveBytes);
            }
            else
            {
                SeparateFile(kept, n % s_lengths.Length);
                made = kept.Allocations - made;
                Assert.Equal(0, kept.LiveBytes);
            }
            if (!allocations.TryAdd(n % s_lengths.Length, made)) Assert.Equal(allocations[n % s_lengths.Length], made);
        }
        var after = Usage.Now();
        Assert.True(after.Files <= before.Files, $"{before} became {after}");
        // Threads of the pool come and go.
        Assert.True(after.Threads <= before.Threads + 4, $"{before} became {after}");
        // What the runtime compiles meanwhile is not much; a buffer of a recording a separation would be 160 kB each time.
        Assert.True(after.ManagedBytes <= before.ManagedBytes + (1 << 20), $"{before} became {after}");
        Assert.True(after.ResidentBytes <= before.ResidentBytes * 1.1, $"{before} became {after}");
    }

    private void SeparateFile(DeviceSession session, int file)
    {
        using var source = WavSource.Open(_folder[$"{file}.wav"]);
        Directory.CreateDirectory(_folder["parts"]);
        using var sink = new WavStemSink(_folder["parts"], WavEncoding.Pcm16);
#pragma warning disable CA2000 // Disposing the separator would close the session, which all separations share.
        new SourceSeparator(session).Separate(source, sink, new SeparationOptions
        {
            Stft = new StftOptions { FftLength = 256, HopLength = 64 },
            Nmf = new NmfOptions { Rank = 3, MaxIterations = 10 },
        }, cancellation: TestContext.Current.CancellationToken);
#pragma warning restore CA2000
        sink.Complete(TestContext.Current.CancellationToken);
    }

    /// <summary>What this process holds after everything that is garbage is collected.</summary>
    private readonly record struct Usage(long ManagedBytes, long ResidentBytes, int Files, int Threads)
    {
        internal static Usage Now()
        {
            for (int i = 0; i < 2; i++)
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                GC.WaitForPendingFinalizers();
            }
            using var process = Process.GetCurrentProcess();
            return new Usage(GC.GetTotalMemory(forceFullCollection: true), process.WorkingSet64, Directory.GetFiles("/proc/self/fd").Length, process.Threads.Count);
        }
    }
}
