using System.Text;
using GpuNmf.Files;
using Xunit;

namespace GpuNmf.Tests.Fuzzing;

/// <summary>Damaged NPY files are read or refused, in memory in proportion to their size.</summary>
public sealed class NpyFuzzTests : IDisposable
{
    private const int MostBytes = 64 << 10;

    private static readonly string[] s_types = ["<f4", ">f4", "<f8", ">f8", "<i2", "|O", "<f16", "", "<f4', 'x': '"];
    private static readonly string[] s_sides = ["0", "1", "3", "7", "-1", "2147483647", "4294967297", "99999999999999999999", "1e9", " 7 ", ""];

    private readonly TempFolder _folder = new();
    private int _read;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Damaged_files_are_read_or_refused() => Fuzz(500);

    [Fact, Trait("Suite", "Full")]
    public void A_hundred_thousand_damaged_files_are_read_or_refused() => Fuzz(100_000);

    private void Fuzz(int cases)
    {
        FuzzLoop.Run(2, cases, random =>
        {
            byte[] file = Make(random);
            if (random.Next(5) > 0) file = ByteMutation.Mutate(random, file);
            string path = _folder.Create("a.npy", file);
            FuzzLoop.WithinMemory(MostBytes + 8 * file.Length, () => ReadOrRefuse(path, file.Length));
        });
        Assert.InRange(_read, cases / 10, cases * 9 / 10);
    }

    private void ReadOrRefuse(string path, int bytes)
    {
        try
        {
            Assert.True(NpyFile.Read(path).Length <= bytes);
            _read++;
        }
        catch (InvalidDataException exception)
        {
            Assert.StartsWith(path + " ", exception.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(exception.Message, char.IsControl);
            Assert.True(exception.Message.Length < 1000, exception.Message);
        }
    }

    /// <summary>A file of any type, order, shape and version, mostly a sound one.</summary>
    private static byte[] Make(Random random)
    {
        bool isSound = random.Next(4) > 0;
        string type = s_types[random.Next(isSound ? 4 : s_types.Length)];
        string[] sides = isSound ? [$"{random.Next(9)}", $"{random.Next(9)}"] : [.. Enumerable.Range(0, random.Next(4)).Select(_ => s_sides[random.Next(s_sides.Length)])];
        int elements = isSound ? sides.Aggregate(1, (product, side) => product * (side[0] - '0')) : random.Next(60);
        byte[] text = Encoding.ASCII.GetBytes($"{{'descr': '{type}', 'fortran_order': {(random.Next(2) == 0 ? "True" : "False")}, 'shape': ({string.Join(", ", sides)}), }}\n");
        int version = 1 + random.Next(3);
        byte[] length = version == 1 ? BitConverter.GetBytes((ushort)text.Length) : BitConverter.GetBytes(text.Length);
        return [0x93, .. "NUMPY"u8, (byte)version, 0, .. length, .. text, .. ByteMutation.Noise(random, elements * (type.EndsWith('8') ? 8 : 4))];
    }
}
