using System.Buffers.Binary;

namespace GpuNmf.Tests.Fuzzing;

/// <summary>Damages bytes as disks, networks, other programs and attackers do, without knowing what they mean.</summary>
internal static class ByteMutation
{
    private static readonly ulong[] s_numbers =
        [0, 1, 2, 3, 7, 8, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF0, 0xFFFFFFFE, 0xFFFFFFFF, 1ul << 32, ulong.MaxValue >> 1, ulong.MaxValue];

    /// <summary>One to four damages.</summary>
    public static byte[] Mutate(Random random, byte[] file)
    {
        for (int left = 1 + random.Next(4); left > 0; left--) file = MutateOnce(random, file);
        return file;
    }

    private static byte[] MutateOnce(Random random, byte[] file)
    {
        if (file.Length == 0) return Noise(random, 1 + random.Next(64));
        (int from, int to) = Range(random, file.Length);
        switch (random.Next(8))
        {
            case 0: return file[..random.Next(file.Length)];
            case 1: return [.. file, .. Noise(random, 1 + random.Next(40))];
            case 2: return [.. file[..from], .. file[to..]];
            case 3: return [.. file[..to], .. file[from..]];
            case 4: return Overwrite(file, from, Noise(random, to - from));
            case 5: return Overwrite(file, NearStart(random, file.Length), Number(random));
            case 6: return Overwrite(file, from, Number(random));
            default: return Flip(file, NearStart(random, file.Length), random.Next(8));
        }
    }

    /// <summary>A number that programs trip over, of 1, 2, 4 or 8 bytes, either end first.</summary>
    public static byte[] Number(Random random)
    {
        var bytes = new byte[8];
        ulong number = s_numbers[random.Next(s_numbers.Length)];
        int size = 1 << random.Next(4);
        if (random.Next(4) > 0)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, number);
            return bytes[..size];
        }
        BinaryPrimitives.WriteUInt64BigEndian(bytes, number);
        return bytes[^size..];
    }

    public static byte[] Noise(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    public static byte[] Overwrite(byte[] file, int at, byte[] by)
    {
        byte[] changed = [.. file];
        by.AsSpan(0, Math.Min(by.Length, file.Length - at)).CopyTo(changed.AsSpan(at));
        return changed;
    }

    private static byte[] Flip(byte[] file, int at, int bit)
    {
        byte[] changed = [.. file];
        changed[at] ^= (byte)(1 << bit);
        return changed;
    }

    // Headers are where it matters: half of the damages go to the first 64 bytes.
    private static int NearStart(Random random, int length) => random.Next(random.Next(2) == 0 ? length : Math.Min(64, length));

    private static (int From, int To) Range(Random random, int length)
    {
        int from = NearStart(random, length);
        return (from, Math.Min(length, from + 1 + random.Next(32)));
    }
}
