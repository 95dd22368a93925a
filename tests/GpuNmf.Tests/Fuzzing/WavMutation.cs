using System.Buffers.Binary;
using GpuNmf.Tests.Audio;

namespace GpuNmf.Tests.Fuzzing;

/// <summary>Damages WAV files by their chunks: dropped, doubled, out of order, with other sizes and formats; and mostly by their bytes as well.</summary>
internal static class WavMutation
{
    private const int RiffHeaderBytes = 12, ChunkHeaderBytes = 8;

    private static readonly string[] s_magics = ["RIFF", "RIFX", "RF64", "BW64", "LIST"];
    private static readonly string[] s_names = ["LIST", "JUNK", "data", "fmt ", "ds64", "fact", "\0\0\0\0"];
    private static readonly int[] s_tags = [0, 1, 1, 1, 2, 3, 3, 6, 7, 0x11, 0x55, 0xFFFE, 0xFFFF];
    private static readonly int[] s_channels = [0, 1, 1, 2, 2, 3, 64, 255, 256, 32768, 65535];
    private static readonly int[] s_bits = [0, 1, 7, 8, 8, 12, 16, 16, 20, 24, 31, 32, 32, 33, 40, 48, 53, 64, 64, 65, 65535];

    public static byte[] Mutate(Random random, byte[] file)
    {
        byte[] mutated = file;
        if (random.Next(2) == 0)
        {
            List<byte[]> chunks = [.. Chunks(file)];
            for (int left = 1 + random.Next(3); left > 0; left--) MutateChunks(random, chunks);
            string magic = random.Next(3) == 0 ? Any(random, s_magics) : "RIFF";
            uint riffBytes = random.Next(4) == 0 ? Word(random) : (uint)(4 + chunks.Sum(chunk => chunk.Length));
            mutated = RiffBytes.RiffOf(magic, riffBytes, magic == "RIFX", [.. chunks]);
        }
        return mutated != file && random.Next(2) == 0 ? mutated : ByteMutation.Mutate(random, mutated);
    }

    /// <summary>The pieces of a file behind its first 12 bytes, as far as they are chunks; the last one is what is left.</summary>
    private static IEnumerable<byte[]> Chunks(byte[] file)
    {
        for (int at = RiffHeaderBytes; at < file.Length;)
        {
            long size = file.Length - at < ChunkHeaderBytes ? file.Length : BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 4));
            int end = (int)Math.Min(file.Length, at + ChunkHeaderBytes + size + size % 2);
            yield return file[at..end];
            at = end;
        }
    }

    private static void MutateChunks(Random random, List<byte[]> chunks)
    {
        int at = random.Next(chunks.Count + 1), other = random.Next(chunks.Count + 1);
        switch (random.Next(7))
        {
            case 0 when at < chunks.Count: chunks.RemoveAt(at); break;
            case 1 when other < chunks.Count: chunks.Insert(at, chunks[other]); break;
            case 2 when at < chunks.Count && other < chunks.Count: (chunks[at], chunks[other]) = (chunks[other], chunks[at]); break;
            case 3 when at < chunks.Count && chunks[at].Length >= ChunkHeaderBytes: chunks[at] = ByteMutation.Overwrite(chunks[at], 4, BitConverter.GetBytes(Word(random))); break;
            case 4: chunks.Insert(at, RiffBytes.ChunkClaiming(Any(random, s_names), Word(random), ByteMutation.Noise(random, random.Next(24)))); break;
            case 5: chunks.Insert(0, RiffBytes.Sizes64(Long(random), Long(random), Long(random))); break;
            default: chunks.Insert(random.Next(2) == 0 ? 0 : at, Format(random)); break;
        }
    }

    private static byte[] Format(Random random)
    {
        int tag = Any(random, s_tags), channels = Any(random, s_channels), bits = Any(random, s_bits);
        bool bigEndian = random.Next(8) == 0;
        if (random.Next(3) == 0) return RiffBytes.Extensible(tag, channels, bits, random.Next(4) == 0 ? random.Next(70) : bits, bigEndian);
        return RiffBytes.Format(tag, channels, bits, bigEndian, random.Next(3) == 0 ? random.Next(20) : null, random.Next(4) == 0 ? Word(random) : 8000);
    }

    private static uint Word(Random random) => (uint)Long(random);

    private static ulong Long(Random random)
    {
        if (random.Next(3) == 0) return (ulong)random.Next(300);
        Span<byte> wide = stackalloc byte[8];
        wide.Clear();
        ByteMutation.Number(random).CopyTo(wide);
        return BinaryPrimitives.ReadUInt64LittleEndian(wide);
    }

    private static T Any<T>(Random random, T[] of) => of[random.Next(of.Length)];
}
