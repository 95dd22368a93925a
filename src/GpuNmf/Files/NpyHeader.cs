using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace GpuNmf.Files;

/// <summary>The header of an NPY file of a matrix: a Python dictionary in text, behind a magic string and its length.</summary>
/// <param name="ElementBytes">4 for float32, 8 for float64.</param>
/// <param name="BigEndian">The most significant byte comes first.</param>
/// <param name="ColumnsFirst">Fortran order: the first index runs fastest.</param>
/// <param name="Rows">First number of the shape.</param>
/// <param name="Columns">Second number of the shape.</param>
/// <param name="DataStart">Position of the first element, in bytes.</param>
internal sealed partial record NpyHeader(int ElementBytes, bool BigEndian, bool ColumnsFirst, int Rows, int Columns, long DataStart)
{
    private const int MaxTextBytes = ushort.MaxValue;      // numpy itself refuses more than 10,000
    private const int Alignment = 64;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>The header of a float32 matrix in C order, format 1.0, padded so that data begin at a multiple of 64.</summary>
    public static byte[] Encode(int rows, int columns)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}");
        int prefix = Magic.Length + 4;
        int total = (prefix + text.Length + 1 + Alignment - 1) / Alignment * Alignment;
        var header = new byte[total];
        header.AsSpan().Fill((byte)' ');
        Magic.CopyTo(header);
        header[6] = 1;
        header[7] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)(total - prefix));
        Encoding.ASCII.GetBytes(text, header.AsSpan(prefix));
        header[^1] = (byte)'\n';
        return header;
    }

    /// <summary>Reads a header and checks it against the file's length.</summary>
    /// <exception cref="InvalidDataException">No NPY file, damaged, not a matrix, or of another type.</exception>
    public static NpyHeader Read(Stream file, string path)
    {
        (string text, long dataStart) = ReadText(file, path);
        (int elementBytes, bool bigEndian) = ElementType(text, path);
        Match order = OrderPattern().Match(text);
        if (!order.Success) throw Damaged(path, "has no 'fortran_order' in its header");
        (int rows, int columns) = Shape(text, path);
        Int128 wanted = (Int128)rows * columns * elementBytes;
        long held = file.Length - dataStart;
        if (wanted != held)
            throw Damaged(path, $"holds {held} bytes of data, its shape ({rows}, {columns}) of float{8 * elementBytes} takes {wanted}");
        if ((long)rows * columns > Array.MaxLength)
            throw new InvalidDataException($"{path} has the shape ({rows}, {columns}); at most {Array.MaxLength} elements fit in one array. Split it.");
        return new NpyHeader(elementBytes, bigEndian, order.Groups[1].Value == "True", rows, columns, dataStart);
    }

    private static (string Text, long DataStart) ReadText(Stream file, string path)
    {
        Span<byte> prefix = stackalloc byte[12];
        prefix = prefix[..file.ReadAtLeast(prefix, prefix.Length, throwOnEndOfStream: false)];
        if (!prefix.StartsWith(Magic))
            throw new InvalidDataException($"{path} is not an NPY file (its first bytes are not \\x93NUMPY); write one with numpy.save(path, array).");
        if (prefix.Length < 12) throw Damaged(path, $"ends after {prefix.Length} bytes, inside its header");
        int version = prefix[6];
        if (version is < 1 or > 3) throw new InvalidDataException($"{path} has NPY format {version}.{prefix[7]}; 1.0 to 3.0 are read.");
        int lengthEnd = version == 1 ? 10 : 12;
        uint length = version == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(prefix[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(prefix[8..]);
        long left = file.Length - lengthEnd;
        if (length > MaxTextBytes || length > left)
            throw Damaged(path, $"claims a header of {length} bytes, the file holds {left} more and at most {MaxTextBytes} are read");
        var text = new byte[length];
        file.Position = lengthEnd;
        file.ReadExactly(text);
        return (Encoding.UTF8.GetString(text), lengthEnd + length);
    }

    private static (int Bytes, bool BigEndian) ElementType(string text, string path)
    {
        Match type = TypePattern().Match(text);
        string name = type.Success ? type.Groups[1].Value : "";
        return name switch
        {
            "<f4" => (4, false),
            "<f8" => (8, false),
            ">f4" => (4, true),
            ">f8" => (8, true),
            _ => throw new InvalidDataException($"{path} holds elements of type {(type.Success ? Shown(name) : "missing or not a plain type")}; float32 and float64 are read. Convert with numpy.save(path, array.astype('<f4'))."),
        };
    }

    private static (int Rows, int Columns) Shape(string text, string path)
    {
        Match match = ShapePattern().Match(text);
        if (!match.Success) throw Damaged(path, "has no 'shape' in its header");
        string shape = match.Groups[1].Value;
        string[] parts = shape.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (parts.Length != 2)
            throw new InvalidDataException($"{path} has the shape ({Shown(shape)}); a matrix (rows, columns) is expected. Reshape it, for example array.reshape(-1, 1) for one column.");
        if (!int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int rows) || rows > Array.MaxLength
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int columns) || columns > Array.MaxLength)
            throw new InvalidDataException($"{path} has the shape ({Shown(shape)}); both numbers must lie in 0..{Array.MaxLength}.");
        return (rows, columns);
    }

    /// <summary>A piece of a header for a message: of a damaged file it can be long, and anything but text.</summary>
    private static string Shown(string text)
    {
        const int most = 40;
        string start = string.Concat(text.Take(most).Select(c => char.IsBetween(c, ' ', '~') ? c : '?'));
        return text.Length > most ? start + "..." : start;
    }

    private static InvalidDataException Damaged(string path, string what) =>
        new($"{path} {what}; the file is damaged or was cut off. Write it again.");

    [GeneratedRegex("""['"]descr['"]\s*:\s*['"]([^'"]*)['"]""")]
    private static partial Regex TypePattern();

    [GeneratedRegex("""['"]fortran_order['"]\s*:\s*(True|False)\b""")]
    private static partial Regex OrderPattern();

    [GeneratedRegex("""['"]shape['"]\s*:\s*\(([^)]*)\)""")]
    private static partial Regex ShapePattern();
}
