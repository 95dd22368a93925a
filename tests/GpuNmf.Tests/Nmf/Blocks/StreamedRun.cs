using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf;
using GpuNmf.Nmf.Blocks;

namespace GpuNmf.Tests.Nmf.Blocks;

/// <summary>Where the rows of a streamed spectrogram stay between two passes.</summary>
public enum Keeping
{
    /// <summary>Nowhere: they are made anew.</summary>
    Nowhere,

    /// <summary>In the host's memory.</summary>
    Host,

    /// <summary>In a file.</summary>
    Disk,
}

/// <summary>Factorises a matrix that passes through the device in blocks.</summary>
internal static class StreamedRun
{
    internal static NmfFit Fit(DeviceSession session, float[,] x, NmfOptions options, int slices, Keeping keeping)
    {
        var geometry = NmfGeometry.Of(x.GetLength(0), x.GetLength(1), options.Rank, session.Form);
        using var streamed = Of(session, x, geometry, slices * StreamedSpectrogram.LargestSlice(geometry), keeping);
        var shared = SharedSpectrogram.Measure(session, streamed, geometry, CancellationToken.None);
        using var factorizer = new Factorizer(session, geometry, options);
        return factorizer.Run(shared, [NmfModel.Of(options)[0]], null, CancellationToken.None)[0];
    }

    internal static StreamedSpectrogram Of(DeviceSession session, float[,] x, NmfGeometry geometry, int slotFrames, Keeping keeping)
    {
        ISpectrogramRows rows = new MatrixRows(x, geometry);
        if (keeping == Keeping.Host) rows = new KeptRows(rows, new HostRows(session, geometry.Frames, geometry.Pitch), geometry.Frames);
        if (keeping == Keeping.Disk) rows = new KeptRows(rows, new DiskRows(session, Path.GetTempPath(), geometry.Frames, geometry.Pitch), geometry.Frames);
        return new StreamedSpectrogram(session, rows, geometry, slotFrames);
    }
}

/// <summary>Rows from a matrix of the host.</summary>
internal sealed class MatrixRows(float[,] x, NmfGeometry geometry) : ISpectrogramRows
{
    public bool LoadsBeside => false;

    /// <summary>Rows loaded so far.</summary>
    internal long Loaded { get; private set; }

    public void Load(int first, int count, DeviceBuffer<float> target, CancellationToken cancellation)
    {
        var rows = new float[count * geometry.Pitch];
        for (int t = 0; t < count; t++)
            for (int f = 0; f < geometry.Bins; f++) rows[t * geometry.Pitch + f] = x[f, first + t];
        target.Upload(rows);
        Loaded += count;
    }

    public void Dispose()
    {
        // The matrix belongs to the test.
    }
}
