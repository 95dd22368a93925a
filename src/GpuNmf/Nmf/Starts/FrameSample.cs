using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf.Blocks;

namespace GpuNmf.Nmf.Starts;

/// <summary>The spectra of the frames that sound, or of a few thousand of them, each divided by its Euclidean norm; on the host and on the device.</summary>
internal sealed class FrameSample : IDisposable
{
    /// <summary>Frames at most; of more, one is drawn from each of so many equal stretches.</summary>
    private const int Most = 8192;

    /// <summary>A frame whose sum is below this share of the largest (-60 dB) is silent.</summary>
    private const float Silent = 1e-3f;

    private readonly DeviceBuffer<float> _rows;

    private FrameSample(DeviceSession session, DeviceBuffer<float> rows, float[][] spectra, int bins)
    {
        _rows = rows;
        Spectra = spectra;
        X = new WholeSpectrogram(session, rows, NmfGeometry.Of(bins, spectra.Length, 1, session.Form));
    }

    /// <summary>Shape of the largest sample.</summary>
    internal static NmfGeometry GeometryOf(NmfGeometry geometry) => NmfGeometry.Of(geometry.Bins, Math.Min(Most, geometry.Frames), 1, geometry.Form);

    /// <summary>Bytes of the largest sample on the device.</summary>
    internal static long Bytes(NmfGeometry geometry) => sizeof(float) * (long)GeometryOf(geometry).Rows * geometry.Pitch;

    /// <summary>The spectra on the device.</summary>
    internal ISpectrogramBlocks X { get; }

    /// <summary>[n][F].</summary>
    internal float[][] Spectra { get; }

    /// <param name="session">Device.</param>
    /// <param name="x">X, not zero everywhere.</param>
    /// <param name="geometry">Its bins and frames count, its rank does not.</param>
    /// <param name="sums">The sum of each frame.</param>
    /// <param name="seed">Of the draw.</param>
    /// <param name="cancellation">Looked at between blocks.</param>
    internal static FrameSample Of(DeviceSession session, ISpectrogramBlocks x, NmfGeometry geometry, float[] sums, ulong seed, CancellationToken cancellation)
    {
        int[] chosen = Choose(sums, seed);
        var spectra = new float[chosen.Length][];
        var rows = new float[(long)NmfGeometry.RowsOf(chosen.Length, session.Form) * geometry.Pitch];
        foreach (var block in x.Pass(geometry.SliceFrames, ascending: false, cancellation))
            for (int i = 0; i < chosen.Length; i++)
                if (chosen[i] - block.FirstFrame is var frame && frame >= 0 && frame < block.Frames)
                    block.Rows.Download(rows.AsSpan(i * geometry.Pitch, geometry.Pitch), (long)frame * geometry.Pitch);
        for (int i = 0; i < chosen.Length; i++)
        {
            var row = rows.AsSpan(i * geometry.Pitch, geometry.Pitch);
            double power = 0;
            foreach (float value in row) power += (double)value * value;
            double norm = Math.Sqrt(power);
            foreach (ref float value in row) value = (float)(value / norm);
            spectra[i] = row[..geometry.Bins].ToArray();
        }
        var buffer = session.Allocate<float>(rows.Length);
        try
        {
            buffer.Upload(rows);
            return new FrameSample(session, buffer, spectra, geometry.Bins);
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    public void Dispose() => _rows.Dispose();

    private static int[] Choose(float[] sums, ulong seed)
    {
        float least = Silent * sums.Max();
        int[] sounding = [.. Enumerable.Range(0, sums.Length).Where(t => sums[t] > least)];
        if (sounding.Length <= Most) return sounding;
        var chosen = new int[Most];
        for (int i = 0; i < Most; i++)
        {
            long first = (long)i * sounding.Length / Most, end = (i + 1L) * sounding.Length / Most;
            chosen[i] = sounding[first + (long)(Philox.Fraction(RandomStream.FrameSample, ((uint)i, 0, 0), seed) * (end - first))];
        }
        return chosen;
    }
}
