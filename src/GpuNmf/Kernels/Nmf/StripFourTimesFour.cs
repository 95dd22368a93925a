namespace GpuNmf.Kernels.Nmf;

/// <summary>
/// Sixteen frames, for processors with sixteen registers: four times <see cref="StripFourFrames"/>, but W's partial sums are loaded and stored once. For the half of
/// the templates only: the activations' half gains nothing from it.
/// </summary>
internal readonly unsafe struct StripFourTimesFour : IStripBlock
{
    public static int Frames => 16;

    public static int Bins => StripEightFrames.Bins;

    public static void Form<TVector, TLanes, TDivergence, TPass>(
        in PassArgs args, float* x, float* templates, float* activations, int bins, in StripTile<TVector> tile, TVector* losses)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
        where TDivergence : IDivergence
        where TPass : IPass
    {
        var part = tile;
        for (int f = 0; f < Frames; f += StripFourFrames.Frames)
        {
            StripFourFrames.Form<TVector, TLanes, TDivergence, TPass>(args, x + (long)f * args.Pitch, templates, activations + f * args.RankPitch, bins, part, losses + f, Bins);
            part.NumeratorPlane += StripFourFrames.Frames * Bins;
            part.DenominatorPlane += StripFourFrames.Frames * Bins;
        }
    }

    public static void OverBins<TVector, TLanes>(float* plane, int stride, float* templates, int pitch, int rank, int bins, TVector* sums)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        for (int f = 0; f < Frames; f += StripFourFrames.Frames)
            StripFourFrames.OverBins<TVector, TLanes>(plane + (long)f * stride, stride, templates, pitch, rank, bins, sums + f, Frames);
    }
}
