using System.Runtime.InteropServices;

namespace GpuNmf.Kernels.Masking;

/// <summary>A sum and what rounding took from it (Kahan): at a hop of a few samples thousands of frames cover a sample.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Compensated
{
    public float Sum;
    public float Lost;

    internal readonly Compensated Plus(float value)
    {
        float corrected = value - Lost, next = Sum + corrected;
        return new() { Sum = next, Lost = next - Sum - corrected };
    }
}
