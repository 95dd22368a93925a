using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf;
using GpuNmf.Nmf.Blocks;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests.Nmf.Blocks;

/// <summary>X that passes through the device in blocks gives the bits of X that lies there: every slice is summed by itself, and added in the same tree.</summary>
public sealed class StreamedSpectrogramTests
{
    /// <summary>Every kernel of a pass: one pass and one a factor, three betas of their own and the others, all solvers, all starts; blocks of one slice and of two.</summary>
    public static IEnumerable<object[]> Problems =>
    [
        [3, 1.0, NmfSolver.ExtrapolatedMultiplicativeUpdate, NmfInitialization.Random, 1],
        [3, 0.5, NmfSolver.ExtrapolatedMultiplicativeUpdate, NmfInitialization.Random, 2],
        [13, 1.0, NmfSolver.MultiplicativeUpdate, NmfInitialization.Random, 1],
        [13, 2.0, NmfSolver.CoordinateDescent, NmfInitialization.Random, 2],
        [3, 2.0, NmfSolver.ExtrapolatedMultiplicativeUpdate, NmfInitialization.Nndsvd, 1],
        [3, 0.0, NmfSolver.MultiplicativeUpdate, NmfInitialization.KMeans, 2],
        [70, 0.0, NmfSolver.ExtrapolatedMultiplicativeUpdate, NmfInitialization.Random, 1],
    ];

    [Theory, OnEveryDevice(nameof(Problems))]
    public void Streamed_factors_are_those_of_a_spectrogram_on_the_device(string lane, int rank, double beta, NmfSolver solver, NmfInitialization initialization, int slices)
    {
        var session = Lane.Session(lane);
        int bins = Lane.IsSimulated(lane) ? 17 : 33, sliceFrames = NmfGeometry.Of(bins, 1, rank, session.Form).SliceFrames;
        // Three blocks and a part of one, so that some are brought again in every pass and the last one has rows behind it; one where everything is slow.
        int frames = (Lane.IsSimulated(lane) ? 1 : 3) * slices * sliceFrames + 7;
        Assert.Equal(sliceFrames, NmfGeometry.Of(bins, frames, rank, session.Form).SliceFrames);
        float[,] x = FactorizerReferenceTests.Problem(bins, frames, beta, seed: 6);
        var options = new NmfOptions { Rank = rank, Beta = beta, Solver = solver, Initialization = initialization, MaxIterations = Lane.IsSimulated(lane) ? 1 : 12, Tolerance = 0, Seed = 3 };

        var whole = NmfRun.Fit(session, x, options);

        foreach (var keeping in Lane.IsSimulated(lane) ? [Keeping.Disk] : Enum.GetValues<Keeping>())
        {
            var streamed = StreamedRun.Fit(session, x, options, slices, keeping);
            Assert.Equal(whole.Templates, streamed.Templates);
            Assert.Equal(whole.Activations, streamed.Activations);
            Assert.Equal(whole.LossTrace, streamed.LossTrace);
        }
    }

    /// <summary>Blocks are raised to a divergence's floor, and raised again, as X on the device is.</summary>
    [Theory, OnEveryDevice]
    public void Cells_are_conditioned_whenever_they_are_brought(string lane)
    {
        var session = Lane.Session(lane);
        var geometry = NmfGeometry.Of(19, 203, 2, session.Form);
        float[,] x = FactorizerReferenceTests.Problem(19, 203, 1, seed: 8);
        using var onDevice = NmfRun.Upload(session, x, geometry);
        var whole = new WholeSpectrogram(session, onDevice, geometry);
        using var streamed = StreamedRun.Of(session, x, geometry, geometry.SliceFrames, Keeping.Nowhere);

        foreach (float floor in new[] { 0f, 0.25f, 3f })
        {
            whole.Condition(2, floor);
            streamed.Condition(2, floor);
            float[] want = onDevice.Download();
            foreach (var block in streamed.Pass(geometry.SliceFrames, ascending: false, CancellationToken.None))
            {
                var got = new float[block.Frames * geometry.Pitch];
                block.Rows.Download(got);
                Assert.Equal(want.AsSpan(block.FirstFrame * geometry.Pitch, got.Length).ToArray(), got);
            }
        }
    }

    [Theory, OnEveryDevice]
    public void A_pass_finds_the_last_two_blocks_of_the_one_before(string lane)
    {
        var session = Lane.Session(lane);
        var geometry = NmfGeometry.Of(5, 400, 2, session.Form);
        int slice = geometry.SliceFrames, blocks = (400 - 1) / slice + 1;
        Assert.True(blocks > 3);
        var rows = new MatrixRows(FactorizerReferenceTests.Problem(5, 400, 1, seed: 9), geometry);
        using var streamed = new StreamedSpectrogram(session, rows, geometry, slice);

        Assert.Equal(Enumerable.Range(0, blocks).Select(i => i * slice), Order());
        Assert.Equal(400, rows.Loaded);
        Assert.Equal(Enumerable.Range(0, blocks).Select(i => i * slice).Reverse(), Order());

        // The last block is a part of one.
        int kept = slice + 400 - (blocks - 1) * slice;
        Assert.Equal(2 * 400 - kept, rows.Loaded);

        IEnumerable<int> Order() => [.. streamed.Pass(slice, ascending: false, CancellationToken.None).Select(block => block.FirstFrame)];
    }

    [Theory, OnEveryDevice]
    public void A_cancellation_is_seen_between_blocks_and_leaves_the_spectrogram_usable(string lane)
    {
        var session = Lane.Session(lane);
        var geometry = NmfGeometry.Of(5, 400, 2, session.Form);
        using var streamed = StreamedRun.Of(session, FactorizerReferenceTests.Problem(5, 400, 1, seed: 9), geometry, geometry.SliceFrames, Keeping.Disk);
        _ = SharedSpectrogram.Measure(session, streamed, geometry, CancellationToken.None);
        using var cancellation = new CancellationTokenSource();
        int seen = 0;

        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            foreach (var _ in streamed.Pass(geometry.SliceFrames, ascending: false, cancellation.Token))
            {
                if (++seen == 3) cancellation.Cancel();
            }
        });

        Assert.InRange(seen, 3, 4);
        Assert.Equal(400, streamed.Pass(geometry.SliceFrames, ascending: false, CancellationToken.None).Sum(block => block.Frames));
    }

    [Fact]
    public void A_block_that_holds_no_slice_is_refused()
    {
        var session = Lane.Session("cpu");
        var geometry = NmfGeometry.Of(5, 400, 2, session.Form);
        using var streamed = StreamedRun.Of(session, new float[5, 400], geometry, geometry.SliceFrames - 1, Keeping.Nowhere);

        var error = Assert.Throws<InvalidOperationException>(() => streamed.Pass(geometry.SliceFrames, ascending: false, CancellationToken.None).Count());
        Assert.Contains($"{geometry.SliceFrames} frames", error.Message, StringComparison.Ordinal);
    }
}
