using System.Text;
using GpuNmf.Files;
using Xunit;

namespace GpuNmf.Tests.Files;

public sealed class NpyFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 7)]
    [InlineData(7, 1)]
    [InlineData(0, 5)]
    [InlineData(5, 0)]
    [InlineData(1025, 5)]
    [InlineData(3, 4099)]          // several blocks
    public void A_matrix_comes_back(int rows, int columns)
    {
        float[,] matrix = Matrix(rows, columns);
        NpyFile.Write(_folder["a.npy"], matrix);
        Assert.Equal(matrix, NpyFile.Read(_folder["a.npy"]));
    }

    [Fact]
    public void The_file_is_what_numpy_writes()
    {
        NpyFile.Write(_folder["a.npy"], new[,] { { 1f, 2f, 3f }, { -4f, 5f, 0.1f } });
        string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }".PadRight(117) + "\n";
        byte[] want = [0x93, .. "NUMPY"u8, 1, 0, 118, 0, .. Encoding.ASCII.GetBytes(header), .. Bytes(4, false, 1, 2, 3, -4, 5, 0.1)];
        Assert.Equal(0, (want.Length - 24) % 64);
        Assert.Equal(want, File.ReadAllBytes(_folder["a.npy"]));
    }

    [Fact]
    public void A_long_header_takes_another_64_bytes()
    {
        for (int columns = 1; columns <= 1_000_000_000; columns *= 10)
        {
            NpyFile.Write(_folder["a.npy"], new float[0, columns]);
            byte[] file = File.ReadAllBytes(_folder["a.npy"]);
            Assert.Equal(0, file.Length % 64);
            Assert.Equal(file.Length - 10, BitConverter.ToUInt16(file, 8));
            Assert.Equal((byte)'\n', file[^1]);
            Assert.Equal(columns, NpyFile.Read(_folder["a.npy"]).GetLength(1));
        }
    }

    [Theory]
    [InlineData("<f4", false)]
    [InlineData(">f4", false)]
    [InlineData("<f8", false)]
    [InlineData(">f8", false)]
    [InlineData("<f4", true)]
    [InlineData(">f4", true)]
    [InlineData("<f8", true)]
    [InlineData(">f8", true)]
    public void Every_width_byte_order_and_index_order_is_read(string type, bool fortran)
    {
        const int rows = 61, columns = 97;      // more than one block; a block ends within a column
        float[,] want = Matrix(rows, columns);
        double[] stored = fortran
            ? [.. Enumerable.Range(0, rows * columns).Select(i => (double)want[i % rows, i / rows])]
            : [.. Enumerable.Range(0, rows * columns).Select(i => (double)want[i / columns, i % columns])];
        string path = Create(Header(type, fortran, $"({rows}, {columns})"), Bytes(type[2] - '0', type[0] == '>', stored));
        Assert.Equal(want, NpyFile.Read(path));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Formats_1_to_3_are_read(int version) =>
        Assert.Equal(new[,] { { 1f, 2f } }, NpyFile.Read(Create(Header("<f4", false, "(1, 2)"), Bytes(4, false, 1, 2), version)));

    [Theory]
    [InlineData("{\"shape\":(1,2),\"fortran_order\":False,\"descr\":\"<f4\"}")]
    [InlineData("{'shape' : ( 1 , 2 , ) , 'descr': '<f4', 'fortran_order' : False}   \n")]
    public void The_header_is_a_dictionary_in_any_writing(string header) =>
        Assert.Equal(new[,] { { 1f, 2f } }, NpyFile.Read(Create(header, Bytes(4, false, 1, 2))));

    [Fact]
    public void Values_are_not_looked_at_and_float64_is_rounded()
    {
        float[,] odd = { { float.NaN, float.PositiveInfinity, -0f, float.Epsilon } };
        NpyFile.Write(_folder["a.npy"], odd);
        float[,] got = NpyFile.Read(_folder["a.npy"]);
        for (int i = 0; i < 4; i++) Assert.Equal(BitConverter.SingleToInt32Bits(odd[0, i]), BitConverter.SingleToInt32Bits(got[0, i]));
        Assert.Equal(new[,] { { 0.1f, 1f } }, NpyFile.Read(Create(Header("<f8", false, "(1, 2)"), Bytes(8, false, 0.1, 1 + Math.Pow(2, -25)))));
    }

    [Theory]
    [InlineData("<c16", "holds elements of type <c16; float32 and float64 are read. Convert with numpy.save(path, array.astype('<f4')).")]
    [InlineData("<f2", "holds elements of type <f2; ")]
    [InlineData("<i8", "holds elements of type <i8; ")]
    [InlineData("|O", "holds elements of type |O; ")]
    public void Another_type_is_named(string type, string message) => AssertError(Create(Header(type, false, "(1, 1)"), new byte[4]), message);

    [Theory]
    [InlineData("(6,)", "has the shape (6,); a matrix (rows, columns) is expected.")]
    [InlineData("()", "has the shape (); ")]
    [InlineData("(1, 2, 3)", "has the shape (1, 2, 3); a matrix (rows, columns) is expected. Reshape it, for example array.reshape(-1, 1) for one column.")]
    [InlineData("(-1, 6)", "has the shape (-1, 6); both numbers must lie in 0..2147483591.")]
    [InlineData("(1, 99999999999)", "has the shape (1, 99999999999); both numbers")]
    [InlineData("(0, 2147483647)", "has the shape (0, 2147483647); both numbers")]
    [InlineData("(1, x)", "has the shape (1, x); both numbers")]
    [InlineData("(2, 4)", "holds 24 bytes of data, its shape (2, 4) of float32 takes 32; the file is damaged")]
    [InlineData("(1, 5)", "holds 24 bytes of data, its shape (1, 5) of float32 takes 20; ")]
    [InlineData("(2147483591, 2147483591)", "holds 24 bytes of data, its shape (2147483591, 2147483591) of float32 takes 18446743094457021124; ")]
    public void A_shape_that_does_not_fit_is_refused(string shape, string message) => AssertError(Create(Header("<f4", false, shape), new byte[24]), message);

    [Fact]
    public void A_shape_of_gigabytes_costs_no_memory()
    {
        string path = Create(Header("<f8", false, "(100000, 100000)"), new byte[24]);
        Assert.Throws<InvalidDataException>(() => NpyFile.Read(path));      // what is loaded and compiled once does not count
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(() => NpyFile.Read(path));
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated is >= 0 and < 64 * 1024, $"{allocated} bytes were allocated.");
    }

    [Fact]
    public void More_elements_than_an_array_holds_are_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The test needs files with holes, which NTFS makes only on request.");
        string path = Create(Header("<f4", false, "(2, 1200000000)"), []);
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write)) file.SetLength(file.Length + 9_600_000_000);
        AssertError(path, "has the shape (2, 1200000000); at most 2147483591 elements fit in one array. Split it.");
    }

    [Fact]
    public void Broken_headers_are_named()
    {
        byte[] data = new byte[8];
        AssertError(_folder.Create("e.npy", []), "is not an NPY file (its first bytes are not \\x93NUMPY); write one with numpy.save(path, array).");
        AssertError(_folder.Create("e.npy", Encoding.ASCII.GetBytes("time,value\n1,2\n")), "is not an NPY file ");
        AssertError(_folder.Create("e.npy", [0x93, .. "NUMPY"u8, 1, 0]), "ends after 8 bytes, inside its header; the file is damaged");
        AssertError(Create(Header("<f4", false, "(1, 2)"), data, version: 9), "has NPY format 9.0; 1.0 to 3.0 are read.");
        AssertError(Create("{'descr': '<f4', 'shape': (1, 2)}", data), "has no 'fortran_order' in its header; ");
        AssertError(Create("{'descr': '<f4', 'fortran_order': Maybe, 'shape': (1, 2)}", data), "has no 'fortran_order' in its header; ");
        AssertError(Create("{'descr': '<f4', 'fortran_order': False}", data), "has no 'shape' in its header; ");
        AssertError(Create("{'fortran_order': False, 'shape': (1, 2)}", data), "holds elements of type missing or not a plain type; ");
        AssertError(Create("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1, 2)}", data), "holds elements of type missing or not a plain type; ");
        AssertError(_folder.Create("e.npy", [0x93, .. "NUMPY"u8, 1, 0, 0xFF, 0x7F, .. "{'descr'"u8]), "claims a header of 32767 bytes, the file holds 8 more");
        AssertError(_folder.Create("e.npy", [0x93, .. "NUMPY"u8, 2, 0, 0xFF, 0xFF, 0xFF, 0xFF, .. "{'descr'"u8]), "claims a header of 4294967295 bytes, the file holds 8 more");
    }

    [Fact]
    public void What_is_quoted_from_a_damaged_header_is_short_and_printable()
    {
        AssertError(Create(Header("<\u0007\u001b4\n", false, "(1, 2)"), new byte[8]), "holds elements of type <??4?; ");
        AssertError(Create(Header("<f4", false, $"({new string('1', 5000)}\t)"), new byte[8]), $"has the shape ({new string('1', 40)}...); ");
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var e = Assert.Throws<FileNotFoundException>(() => NpyFile.Read(_folder["none.npy"]));
        Assert.Equal($"There is no file {_folder["none.npy"]}.", e.Message);
    }

    private static float[,] Matrix(int rows, int columns)
    {
        var random = new Random(rows + 31 * columns);
        var matrix = new float[rows, columns];
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < columns; c++) matrix[r, c] = random.NextSingle() - 0.5f;
        return matrix;
    }

    private static string Header(string type, bool fortran, string shape) =>
        $"{{'descr': '{type}', 'fortran_order': {(fortran ? "True" : "False")}, 'shape': {shape}, }}\n";

    private static byte[] Bytes(int width, bool bigEndian, params double[] values) => [.. values.SelectMany(v =>
    {
        byte[] bytes = width == 4 ? BitConverter.GetBytes((float)v) : BitConverter.GetBytes(v);
        if (bigEndian) Array.Reverse(bytes);
        return bytes;
    })];

    private static void AssertError(string path, string message)
    {
        var e = Assert.Throws<InvalidDataException>(() => NpyFile.Read(path));
        Assert.StartsWith($"{path} {message}", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    private string Create(string header, byte[] data, int version = 1)
    {
        byte[] text = Encoding.ASCII.GetBytes(header);
        byte[] length = version == 1 ? BitConverter.GetBytes((ushort)text.Length) : BitConverter.GetBytes(text.Length);
        return _folder.Create("a.npy", [0x93, .. "NUMPY"u8, (byte)version, 0, .. length, .. text, .. data]);
    }
}
