namespace GpuNmf.Kernels;

/// <summary>Positions in buffers of more than 2^31 elements.</summary>
internal static class Offset
{
    /// <summary>
    /// Where row <paramref name="row"/> of rows of <paramref name="length"/> begins; neither is negative. As unsigned numbers they multiply in one
    /// instruction, where signed ones of 64 bits take five.
    /// </summary>
    internal static long Of(int row, int length) => (long)((ulong)(uint)row * (uint)length);
}
