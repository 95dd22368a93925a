using System.Numerics;
using System.Text;
using GpuNmf.Reference;
using Xunit;

namespace GpuNmf.Tests.Reference;

public sealed class NpyTests
{
    [Fact]
    public void A_float32_matrix_is_read_row_by_row()
    {
        byte[] values = [.. new float[] { 1, 2, 3, 4, 5, 6.5f }.SelectMany(BitConverter.GetBytes)];

        double[,] matrix = With("<f4", "(2, 3)", values, Npy.ReadMatrix);

        Assert.Equal(new double[,] { { 1, 2, 3 }, { 4, 5, 6.5 } }, matrix);
    }

    [Fact]
    public void A_float64_vector_is_read()
    {
        byte[] values = [.. new[] { Math.PI, -0.0, double.MaxValue }.SelectMany(BitConverter.GetBytes)];

        Assert.Equal([Math.PI, -0.0, double.MaxValue], With("<f8", "(3,)", values, Npy.ReadVector));
    }

    [Theory]
    [InlineData("<c8")]
    [InlineData("<c16")]
    public void A_complex_matrix_is_read(string kind)
    {
        double[] parts = [1, -2, 3, 4.5];
        byte[] values = [.. parts.SelectMany(v => kind == "<c8" ? BitConverter.GetBytes((float)v) : BitConverter.GetBytes(v))];

        Assert.Equal(new Complex[,] { { new(1, -2) }, { new(3, 4.5) } }, With(kind, "(2, 1)", values, Npy.ReadComplexMatrix));
    }

    [Theory]
    [InlineData("<i4", "(1, 1)", 4)]
    [InlineData("<f8", "(1,)", 8)]
    [InlineData("<f8", "(2, 1)", 8)]
    public void Another_array_is_refused_with_the_file_named(string kind, string shape, int bytes)
    {
        var error = Assert.Throws<InvalidDataException>(() => With(kind, shape, new byte[bytes], Npy.ReadMatrix));
        Assert.Contains(".npy", error.Message, StringComparison.Ordinal);
    }

    private static T With<T>(string kind, string shape, byte[] values, Func<string, T> read)
    {
        string header = $"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".PadRight(117) + "\n";
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".npy");
        try
        {
            File.WriteAllBytes(path, [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.Latin1.GetBytes(header), .. values]);
            return read(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
