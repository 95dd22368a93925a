using System.Runtime.InteropServices;

namespace GpuNmf.Kernels;

/// <summary>Four floats: views of it are read and written 128 bits at a time.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FloatQuad
{
    public float A;
    public float B;
    public float C;
    public float D;
}
