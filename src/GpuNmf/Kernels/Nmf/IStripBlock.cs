namespace GpuNmf.Kernels.Nmf;

/// <summary>
/// The loops of the strip pass over the frames that it takes together. How many there are decides how often templates and partial sums come from the
/// caches, and changes no bit: every sum has the same order.
/// </summary>
internal unsafe interface IStripBlock
{
    /// <summary>Frames taken together, a multiple of 4.</summary>
    static abstract int Frames { get; }

    /// <summary>Bins whose terms are kept at a time, a multiple of 32; also the floats of a row of <see cref="StripTile{TVector}.NumeratorPlane"/>.</summary>
    static abstract int Bins { get; }

    /// <summary>
    /// For some bins of the frames: v = epsilon + sum_k W_k h_k, k upwards, then the terms into the tile's planes and, where the pass sums it, the loss.
    /// </summary>
    /// <param name="args">View of the model.</param>
    /// <param name="x">First bin of the first frame.</param>
    /// <param name="templates">First bin of the first component.</param>
    /// <param name="activations">[Frames][K'].</param>
    /// <param name="bins">Bins, a multiple of 32.</param>
    /// <param name="tile">Receives the terms.</param>
    /// <param name="losses">A vector a frame, added to; not used where the pass sums no loss.</param>
    static abstract void Form<TVector, TLanes, TDivergence, TPass>(
        in PassArgs args, float* x, float* templates, float* activations, int bins, in StripTile<TVector> tile, TVector* losses)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
        where TDivergence : IDivergence
        where TPass : IPass;

    /// <summary>sums[component][frame] += sum over bins of plane[frame] * templates[component], in SIMD lanes, bins upwards.</summary>
    /// <param name="plane">Rows of terms, one a frame.</param>
    /// <param name="stride">Floats between them.</param>
    /// <param name="templates">First bin of the first component.</param>
    /// <param name="pitch">Floats between two components.</param>
    /// <param name="rank">Components.</param>
    /// <param name="bins">Bins, a multiple of 32.</param>
    /// <param name="sums">[rank][Frames].</param>
    static abstract void OverBins<TVector, TLanes>(float* plane, int stride, float* templates, int pitch, int rank, int bins, TVector* sums)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>;
}
