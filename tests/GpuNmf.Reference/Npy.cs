using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;

namespace GpuNmf.Reference;

/// <summary>
/// Reads NumPy's .npy files (format 1.0 to 3.0, little-endian, C order) of float32, float64, complex64 and complex128 with one or two axes.
/// Format: numpy.lib.format, "A simple format for saving numpy arrays to disk" (NEP 1).
/// </summary>
public static partial class Npy
{
    /// <summary>A real array of one axis.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">Not such an array.</exception>
    public static double[] ReadVector(string path)
    {
        Content content = Open(path, axes: 1, complex: false);
        var values = new double[content.Rows];
        for (int i = 0; i < values.Length; i++) values[i] = content.Real(i);
        return values;
    }

    /// <summary>A real array of two axes, first axis first.</summary>
    /// <inheritdoc cref="ReadVector" path="/param|/exception"/>
    public static double[,] ReadMatrix(string path)
    {
        Content content = Open(path, axes: 2, complex: false);
        var values = new double[content.Rows, content.Columns];
        for (int i = 0; i < content.Rows; i++)
        {
            for (int j = 0; j < content.Columns; j++) values[i, j] = content.Real(i * content.Columns + j);
        }
        return values;
    }

    /// <summary>A complex array of two axes, first axis first.</summary>
    /// <inheritdoc cref="ReadVector" path="/param|/exception"/>
    public static Complex[,] ReadComplexMatrix(string path)
    {
        Content content = Open(path, axes: 2, complex: true);
        var values = new Complex[content.Rows, content.Columns];
        for (int i = 0; i < content.Rows; i++)
        {
            for (int j = 0; j < content.Columns; j++)
            {
                int at = 2 * (i * content.Columns + j);
                values[i, j] = new Complex(content.Real(at), content.Real(at + 1));
            }
        }
        return values;
    }

    private static Content Open(string path, int axes, bool complex)
    {
        byte[] file = File.ReadAllBytes(path);
        if (file.Length < 12 || !IsMagic(file))
            throw new InvalidDataException($"{path} is not a .npy file.");
        bool wide = file[6] >= 2;
        int start = wide ? 12 : 10;
        int length = wide ? BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(8)) : BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(8));
        string header = Encoding.Latin1.GetString(file, start, length);
        string kind = Descriptor().Match(header).Groups[1].Value;
        int[] shape = [.. Number().Matches(Shape().Match(header).Groups[1].Value).Select(m => int.Parse(m.Value, CultureInfo.InvariantCulture))];
        if (header.Contains("'fortran_order': True", StringComparison.Ordinal) || shape.Length != axes || (kind is "<c8" or "<c16") != complex || kind is not ("<f4" or "<f8" or "<c8" or "<c16"))
            throw new InvalidDataException($"{path} holds {header.Trim()}; expected {axes} axes in C order of {(complex ? "<c8 or <c16" : "<f4 or <f8")}.");
        var content = new Content(file, start + length, kind is "<f4" or "<c8" ? 4 : 8, shape[0], axes == 2 ? shape[1] : 1);
        int expected = checked(content.Width * content.Rows * content.Columns * (complex ? 2 : 1));
        if (file.Length - start - length != expected)
            throw new InvalidDataException($"{path} has {file.Length - start - length} bytes of values; its shape takes {expected}.");
        return content;
    }

    private static bool IsMagic(byte[] file) => file[0] == 0x93 && file.AsSpan(1, 5).SequenceEqual("NUMPY"u8);

    [GeneratedRegex("'descr': '([^']*)'")]
    private static partial Regex Descriptor();

    [GeneratedRegex(@"'shape': \(([^)]*)\)")]
    private static partial Regex Shape();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();

    private sealed record Content(byte[] File, int Start, int Width, int Rows, int Columns)
    {
        public double Real(int index)
        {
            ReadOnlySpan<byte> at = File.AsSpan(Start + Width * index);
            return Width == 4 ? BinaryPrimitives.ReadSingleLittleEndian(at) : BinaryPrimitives.ReadDoubleLittleEndian(at);
        }
    }
}
