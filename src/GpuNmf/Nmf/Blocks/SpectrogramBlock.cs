using GpuNmf.Devices;

namespace GpuNmf.Nmf.Blocks;

/// <summary>Neighbouring frames of X on the device, whole slices of them.</summary>
/// <param name="Rows">[rows][pitch] from the block's first frame on. Rows behind the block are there as far as kernels read ahead; behind the last frame of X they are zero.</param>
/// <param name="FirstFrame">Its first frame in X.</param>
/// <param name="Frames">Its frames.</param>
internal readonly record struct SpectrogramBlock(DeviceBuffer<float> Rows, int FirstFrame, int Frames);
