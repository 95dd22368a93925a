using System.Buffers.Binary;
using System.Text;

namespace GpuNmf.Tests.Audio;

/// <summary>The samples of a sound WAV file in float64, by a reader that shares nothing with the library's.</summary>
internal static class DoubleWav
{
    /// <summary>Interleaved, full scale at ±1. Chunks must be whole and in the usual order.</summary>
    public static double[] Read(byte[] file)
    {
        bool bigEndian = Name(file, 0) == "RIFX";
        int tag = 0, bytes = 0;
        for (int at = 12; ;)
        {
            int size = (int)Number(file.AsSpan(at + 4, 4), bigEndian);
            ReadOnlySpan<byte> content = file.AsSpan(at + 8, Math.Min(size, file.Length - at - 8));
            if (Name(file, at) == "fmt ")
            {
                tag = (int)Number(content[..2], bigEndian);
                if (tag == 0xFFFE) tag = (int)Number(content.Slice(24, 2), bigEndian);
                bytes = (int)(Number(content.Slice(12, 2), bigEndian) / Number(content.Slice(2, 2), bigEndian));
            }
            if (Name(file, at) == "data")
            {
                var samples = new double[content.Length / bytes];
                for (int i = 0; i < samples.Length; i++) samples[i] = Sample(tag, content.Slice(i * bytes, bytes), bigEndian);
                return samples;
            }
            at += 8 + size + size % 2;
        }
    }

    private static double Sample(int tag, ReadOnlySpan<byte> stored, bool bigEndian) => (tag, stored.Length) switch
    {
        (1, 1) => (stored[0] - 128) / 128.0,
        (1, _) => (long)(Number(stored, bigEndian) << (64 - 8 * stored.Length)) / Math.Pow(2, 63),
        (3, 4) => BitConverter.Int32BitsToSingle((int)Number(stored, bigEndian)),
        (3, 8) => BitConverter.Int64BitsToDouble((long)Number(stored, bigEndian)),
        (7, 1) => MuLaw(stored[0]),
        _ => throw new InvalidOperationException($"tag {tag} of {stored.Length} bytes"),
    };

    /// <summary>G.711 as its table has it: segment s covers 16 steps of 2^(s+1) from 33 (2^s - 1) x 2 on, of 8192 in all.</summary>
    public static double MuLaw(byte code)
    {
        int inverted = 255 - code, sign = inverted / 128, segment = inverted / 16 % 8, step = inverted % 16;
        double magnitude = ((2 * step + 33) * Math.Pow(2, segment) - 33) / 8192;
        return sign == 0 ? magnitude : -magnitude;
    }

    private static string Name(byte[] file, int at) => Encoding.ASCII.GetString(file, at, 4);

    private static ulong Number(ReadOnlySpan<byte> bytes, bool bigEndian)
    {
        Span<byte> wide = stackalloc byte[8];
        wide.Clear();
        bytes.CopyTo(bigEndian ? wide[(8 - bytes.Length)..] : wide);
        return bigEndian ? BinaryPrimitives.ReadUInt64BigEndian(wide) : BinaryPrimitives.ReadUInt64LittleEndian(wide);
    }
}
