using GpuNmf.Files;
using Xunit;

namespace GpuNmf.Tests.Files;

/// <summary>Files that numpy itself wrote.</summary>
public sealed class NumpyFileTests
{
    // numpy's header of these files, in format 1.0 and padded to 64.
    private const int DataStart = 128;

    [Theory]
    [InlineData("init/W0_r5.npy", 1025, 5)]
    [InlineData("init/H0_r2.npy", 2, 0)]
    [InlineData("mu/b1_r16_it100_H.npy", 16, 0)]
    [InlineData("X.npy", 1025, 0)]
    public void A_matrix_of_numpy_is_read(string file, int rows, int columns)
    {
        string path = SharedData.Path("golden/drums_kick_snare/" + file);
        byte[] bytes = File.ReadAllBytes(path);
        if (columns == 0) columns = (bytes.Length - DataStart) / 8 / rows;      // as many as there are frames
        float[,] matrix = NpyFile.Read(path);
        Assert.Equal((rows, columns), (matrix.GetLength(0), matrix.GetLength(1)));
        bool any = false;
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < columns; c++)
            {
                float want = (float)BitConverter.ToDouble(bytes, DataStart + 8 * (r * columns + c));
                Assert.True(matrix[r, c] == want, $"[{r}, {c}] is {matrix[r, c]:R}, want {want:R}");
                any |= want != 0;
            }
        Assert.True(any, "The matrix is all zero.");
    }

    [Theory]
    [InlineData("drums_kick_snare/stft_default_c128.npy", "holds elements of type <c16; ")]
    [InlineData("piano_3notes/wiener/KL_r3_C4_f32.npy", "has the shape (88200,); a matrix (rows, columns) is expected.")]
    public void What_is_no_real_matrix_is_named(string file, string message)
    {
        string path = SharedData.Path("golden/" + file);
        var e = Assert.Throws<InvalidDataException>(() => NpyFile.Read(path));
        Assert.StartsWith($"{path} {message}", e.Message, StringComparison.Ordinal);
    }
}
