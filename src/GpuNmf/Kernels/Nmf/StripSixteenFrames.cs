namespace GpuNmf.Kernels.Nmf;

/// <summary>
/// Sixteen frames: two times <see cref="StripEightFrames"/>, but W's partial sums are loaded and stored once. It pays where X itself is contracted
/// (beta 2): there these loads and stores are a larger part of the work.
/// </summary>
internal readonly unsafe struct StripSixteenFrames : IStripBlock
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
        const int half = 8;
        StripEightFrames.Form<TVector, TLanes, TDivergence, TPass>(args, x, templates, activations, bins, tile, losses);
        var second = tile;
        second.NumeratorPlane += half * Bins;
        second.DenominatorPlane += half * Bins;
        StripEightFrames.Form<TVector, TLanes, TDivergence, TPass>(args, x + (long)half * args.Pitch, templates, activations + half * args.RankPitch, bins, second, losses + half);
    }

    public static void OverBins<TVector, TLanes>(float* plane, int stride, float* templates, int pitch, int rank, int bins, TVector* sums)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        StripEightFrames.OverBins<TVector, TLanes>(plane, stride, templates, pitch, rank, bins, sums, Frames);
        StripEightFrames.OverBins<TVector, TLanes>(plane + 8L * stride, stride, templates, pitch, rank, bins, sums + 8, Frames);
    }
}
