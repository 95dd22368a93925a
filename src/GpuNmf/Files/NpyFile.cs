using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace GpuNmf.Files;

/// <summary>Matrices in numpy's NPY files (format: numpy.lib.format).</summary>
/// <remarks>The values are not looked at: NaN and infinities are written and read like any other.</remarks>
public static class NpyFile
{
    private const int BlockBytes = 16 * 1024;      // a whole number of elements of both widths

    /// <summary>Writes a matrix as little-endian float32 in C order, format 1.0, replacing a file of that name.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="matrix">Rows x columns; either may be 0.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, float[,] matrix)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(matrix);
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read);
        Write(file, matrix);
    }

    internal static void Write(Stream file, float[,] matrix)
    {
        file.Write(NpyHeader.Encode(matrix.GetLength(0), matrix.GetLength(1)));
        ReadOnlySpan<float> values = Flat(matrix);
        Span<byte> block = stackalloc byte[BlockBytes];
        while (!values.IsEmpty)
        {
            int count = Math.Min(values.Length, BlockBytes / sizeof(float));
            for (int i = 0; i < count; i++) BinaryPrimitives.WriteSingleLittleEndian(block[(4 * i)..], values[i]);
            file.Write(block[..(4 * count)]);
            values = values[count..];
        }
    }

    /// <summary>Reads a matrix of float32 or float64, either byte order, C or Fortran order, format 1.0 to 3.0.</summary>
    /// <returns>Rows x columns; float64 is rounded to float32.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no NPY file, is damaged, holds another type, or has one dimension or more
    /// than two. Its length is checked before anything of that size is allocated.</exception>
    /// <exception cref="NotSupportedException">It is a pipe.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read, or is a folder.</exception>
    public static float[,] Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no file {path}.", path);
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        return Read(file, path);
    }

    /// <param name="file">Seekable, from its start.</param>
    /// <param name="path">Stands in messages.</param>
    internal static float[,] Read(Stream file, string path)
    {
        NpyHeader header = NpyHeader.Read(file, path);
        file.Position = header.DataStart;
        var matrix = new float[header.Rows, header.Columns];
        Span<float> values = Flat(matrix);
        Span<byte> block = stackalloc byte[BlockBytes];
        Span<float> converted = stackalloc float[BlockBytes / sizeof(float)];
        for (int first = 0; first < values.Length;)
        {
            int count = Math.Min(values.Length - first, BlockBytes / header.ElementBytes);
            Span<byte> stored = block[..(count * header.ElementBytes)];
            file.ReadExactly(stored);
            Decode(stored, header, converted[..count]);
            Place(converted[..count], first, header, values);
            first += count;
        }
        return matrix;
    }

    private static void Decode(ReadOnlySpan<byte> stored, NpyHeader header, Span<float> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            ReadOnlySpan<byte> element = stored.Slice(i * header.ElementBytes, header.ElementBytes);
            values[i] = (header.ElementBytes, header.BigEndian) switch
            {
                (4, false) => BinaryPrimitives.ReadSingleLittleEndian(element),
                (4, true) => BinaryPrimitives.ReadSingleBigEndian(element),
                (_, false) => (float)BinaryPrimitives.ReadDoubleLittleEndian(element),
                (_, true) => (float)BinaryPrimitives.ReadDoubleBigEndian(element),
            };
        }
    }

    // Puts consecutive elements of the file where they belong in C order.
    private static void Place(ReadOnlySpan<float> part, int first, NpyHeader header, Span<float> values)
    {
        if (!header.ColumnsFirst)
        {
            part.CopyTo(values[first..]);
            return;
        }
        int column = first / header.Rows;
        int row = first % header.Rows;
        foreach (float value in part)
        {
            values[row * header.Columns + column] = value;
            if (++row < header.Rows) continue;
            row = 0;
            column++;
        }
    }

    private static Span<float> Flat(float[,] matrix) =>
        MemoryMarshal.CreateSpan(ref Unsafe.As<byte, float>(ref MemoryMarshal.GetArrayDataReference(matrix)), matrix.Length);
}
