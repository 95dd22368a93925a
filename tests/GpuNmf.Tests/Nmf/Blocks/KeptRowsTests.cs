using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf.Blocks;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests.Nmf.Blocks;

/// <summary>Rows that are kept come back as they were, in whatever pieces; they are made once.</summary>
public sealed class KeptRowsTests
{
    private const int Bins = 5, Frames = 400;

    public static IEnumerable<object[]> Keepings => [[Keeping.Host], [Keeping.Disk]];

    [Theory, OnEveryDevice(nameof(Keepings))]
    public void Pieces_of_a_few_rows_hold_all_of_them(string lane, Keeping keeping)
    {
        var session = Lane.Session(lane);
        var geometry = NmfGeometry.Of(Bins, Frames, 2, session.Form);
        float[,] x = FactorizerReferenceTests.Problem(Bins, Frames, 1, seed: 9);
        using var want = NmfRun.Upload(session, x, geometry);
        float[] all = want.Download();
        // Rows of a piece that divide nothing.
        int pieceBytes = 7 * geometry.Pitch * sizeof(float);
        using ISpectrogramStore store = keeping == Keeping.Host
            ? new HostRows(session, Frames, geometry.Pitch, pieceBytes)
            : new DiskRows(session, Path.GetTempPath(), Frames, geometry.Pitch, pieceBytes);
        using var block = session.Allocate<float>((long)Frames * geometry.Pitch);

        for (int first = 0; first < Frames; first += 30)
        {
            int count = Math.Min(30, Frames - first);
            block.Upload(all.AsSpan(first * geometry.Pitch, count * geometry.Pitch));
            store.Save(first, count, block, CancellationToken.None);
        }

        foreach ((int first, int count) in ((int, int)[])[(0, Frames), (3, 11), (14, 7), (399, 1), (100, 250)])
        {
            block.Clear(0, block.Length);
            session.Synchronize();
            store.Load(first, count, block, CancellationToken.None);
            session.CopyStream.Synchronize();
            var got = new float[count * geometry.Pitch];
            block.Download(got);
            Assert.Equal(all.AsSpan(first * geometry.Pitch, got.Length).ToArray(), got);
        }
    }

    [Theory, OnEveryDevice(nameof(Keepings))]
    public void Rows_are_made_once(string lane, Keeping keeping)
    {
        var session = Lane.Session(lane);
        var geometry = NmfGeometry.Of(Bins, Frames, 2, session.Form);
        var rows = new MatrixRows(FactorizerReferenceTests.Problem(Bins, Frames, 1, seed: 9), geometry);
        using var streamed = new StreamedSpectrogram(session, new KeptRows(rows, StoreOf(session, geometry, keeping), Frames), geometry, geometry.SliceFrames);

        for (int pass = 0; pass < 4; pass++)
            Assert.Equal(Frames, streamed.Pass(geometry.SliceFrames, ascending: pass == 0, CancellationToken.None).Sum(block => block.Frames));

        Assert.Equal(Frames, rows.Loaded);
    }

    /// <summary>Nothing writes to a block behind the back of whoever left a pass early.</summary>
    [Fact]
    public void A_pass_that_is_left_early_leaves_nothing_at_work()
    {
        var session = Lane.Session(Lane.Cpu);
        var geometry = NmfGeometry.Of(Bins, Frames, 2, session.Form);
        var rows = new SlowRows();
        using var streamed = new StreamedSpectrogram(session, rows, geometry, geometry.SliceFrames);

        foreach (var _ in streamed.Pass(geometry.SliceFrames, ascending: true, CancellationToken.None))
        {
            // The second block is on its way.
            Assert.True(rows.SecondBegun.Wait(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
            break;
        }

        Assert.Equal(2, rows.Begun);
        Assert.Equal(2, rows.Ended);
    }

    private static ISpectrogramStore StoreOf(DeviceSession session, NmfGeometry geometry, Keeping keeping) => keeping == Keeping.Host
        ? new HostRows(session, Frames, geometry.Pitch)
        : new DiskRows(session, Path.GetTempPath(), Frames, geometry.Pitch);

    private sealed class SlowRows : ISpectrogramRows
    {
        private int _begun, _ended;

        internal ManualResetEventSlim SecondBegun { get; } = new();

        internal int Begun => _begun;

        internal int Ended => _ended;

        public bool LoadsBeside => true;

        public void Load(int first, int count, DeviceBuffer<float> target, CancellationToken cancellation)
        {
            if (Interlocked.Increment(ref _begun) == 2)
            {
                SecondBegun.Set();
                Thread.Sleep(300);
            }
            Interlocked.Increment(ref _ended);
        }

        public void Dispose() => SecondBegun.Dispose();
    }
}
