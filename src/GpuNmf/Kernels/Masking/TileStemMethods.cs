using GpuNmf.Kernels.Fft;

namespace GpuNmf.Kernels.Masking;

/// <summary>The kernels from masked spectrum to samples of one transform length, as methods: for loading, and for compiling without a device.</summary>
/// <param name="Span">Spectrum to samples in one launch; null above <see cref="LongestSpanTransform"/>.</param>
/// <param name="Inverse">Spectrum to windowed frames; above 8192 samples the parts come first.</param>
internal sealed record TileStemMethods(Action<StemArgs>? Span, Action<StemArgs> Inverse)
{
    /// <summary>The ring of a longer one would exceed 48 KiB of shared memory.</summary>
    internal const int LongestSpanTransform = 2048;

    internal static TileStemMethods For(int fftLength, bool mask) => mask ? For<MaskReconstruction>(fftLength) : For<MagnitudeReconstruction>(fftLength);

    private static TileStemMethods For<TReconstruction>(int fftLength) where TReconstruction : IReconstruction => fftLength switch
    {
        64 => Short<Fft32, TReconstruction>(),
        128 => Short<Fft64, TReconstruction>(),
        256 => Short<Fft128, TReconstruction>(),
        512 => Short<Fft256, TReconstruction>(),
        1024 => Short<Fft512, TReconstruction>(),
        LongestSpanTransform => Short<Fft1024, TReconstruction>(),
        4096 => new(null, TileStemKernels.Inverse<Fft2048, TReconstruction>),
        8192 => new(null, TileStemKernels.Inverse<Fft4096, TReconstruction>),
        _ => new(null, TileStemKernels.InverseJoin),
    };

    private static TileStemMethods Short<TPlan, TReconstruction>() where TPlan : struct, IFftPlan where TReconstruction : IReconstruction =>
        new(TileSpanKernel.Run<TPlan, TReconstruction>, TileStemKernels.Inverse<TPlan, TReconstruction>);
}
