using GpuNmf.Devices;

namespace GpuNmf.Kernels.Nmf;

/// <summary>
/// Sizes of one factorisation problem in memory: a function of bins, frames, rank and the kernels' form alone, never of cores,
/// memory or batch. All sums over frames follow from it.
/// </summary>
internal sealed record NmfGeometry
{
    private NmfGeometry(int bins, int frames, int rank, KernelForm form)
    {
        Bins = bins;
        Frames = frames;
        Rank = rank;
        Form = form;
    }

    internal int Bins { get; }

    internal int Frames { get; }

    internal int Rank { get; }

    internal KernelForm Form { get; }

    /// <summary>Floats between the rows of X: the bins rounded up to 32.</summary>
    internal int Pitch => PitchOf(Bins);

    /// <summary>K': floats between the activations of neighbouring frames; a whole number of the widest vectors, or the class of ranks that share a tile kernel.</summary>
    internal int RankPitch => Form == KernelForm.Strip ? RoundUp(Rank, 16) : TileClassOf(Rank);

    /// <summary>Rows of X and H in memory: the frames rounded up to the kernels' blocks of frames, zero behind the last.</summary>
    internal int Rows => RowsOf(Frames, Form);

    /// <summary>
    /// Frames of a slice. Long enough that a slice's partial sums (K x P) are small beside its part of X, at most 256 slices for strips
    /// and 1024 or 512 for tiles, which must fill more processors.
    /// </summary>
    internal int SliceFrames => Form == KernelForm.Strip
        ? RoundUp(Math.Max(Math.Max(64, RankPitch), CeilDiv(Frames, 256)), StripPassKernel.FrameBlock)
        : RankPitch > TileOnePassRank
            ? RoundUp(Math.Max(4 * RankPitch, CeilDiv(Frames, 512)), TileSideFrames)
            : Frames <= ShortTileFrames ? ShortTileFrames / 1024 : RoundUp(CeilDiv(Frames, 1024), TileOnePassFrames);

    /// <summary>S, the number of slices.</summary>
    internal int Slices => CeilDiv(Frames, SliceFrames);

    /// <summary>Bins of a slice where sums over the bins of the templates are cut too (tile form): at most 32 slices.</summary>
    internal int SliceBins => RoundUp(CeilDiv(Pitch, 32), 32);

    /// <summary>Slices of bins; 1 in strip form, where a thread sums a whole template.</summary>
    internal int BinSlices => Form == KernelForm.Strip ? 1 : CeilDiv(Pitch, SliceBins);

    /// <summary>
    /// Parts that the bins are cut into for the update of the activations where a tile kernel takes one factor: short recordings have too few
    /// frames to fill a device. The parts' sums fit where the slices' numerators go afterwards.
    /// </summary>
    internal int BinParts => Math.Clamp(Math.Min(Pitch / SliceFrames, CeilDiv(65536, Frames)), 1, 8);

    /// <summary>Floats of the templates in memory.</summary>
    internal int TemplateLength => Form == KernelForm.Strip ? Rank * Pitch : Pitch * RankPitch;

    /// <summary>Up to this rank tiles take one pass over X; above, one kernel for each factor.</summary>
    internal const int TileOnePassRank = 12;

    /// <summary>Slices of more frames than <see cref="ShortTileFrames"/> / 1024 are whole numbers of this: the one pass's tiles of 16, 24 and 48 frames.</summary>
    internal const int TileOnePassFrames = 48;

    /// <summary>Recordings to this length are cut into slices of 16 frames in the one pass.</summary>
    internal const int ShortTileFrames = 16 * 1024;

    /// <summary>Slices are whole numbers of this where a kernel takes one factor: the frames of its largest group.</summary>
    internal const int TileSideFrames = 128;

    /// <summary>Rows of X come in multiples of this in tile form: whole tiles of every kernel.</summary>
    private const int TileRows = 384;

    /// <summary>Frames behind the last one that are there: so there are some behind the last tile, which kernels read ahead and do not use.</summary>
    private const int SpareRows = TileOnePassFrames;

    /// <summary>Frames that one factorisation takes at most: their numbers, and those of a slice's end, stay within 32 bits.</summary>
    internal const long MaxFrames = 1 << 30;

    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    /// <exception cref="ArgumentException">There are too many frames, or too many activations.</exception>
    internal static NmfGeometry Of(int bins, long frames, int rank, KernelForm form)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(rank, 1);
        RequireFit(frames, rank);
        return new NmfGeometry(bins, (int)frames, rank, form);
    }

    /// <summary>Checks that the activations, with the padding of the wider form, fit into one array of the host.</summary>
    /// <exception cref="ArgumentException">They do not; the message has the numbers and the way out.</exception>
    internal static void RequireFit(long frames, int rank)
    {
        const string wayOut = "Take a larger hop or a shorter piece";
        if (frames > MaxFrames) throw new ArgumentException($"There are {frames} frames to factorise; at most {MaxFrames} can be. {wayOut}.");
        long activations = (frames + TileRows) * RoundUp(rank, 16);
        if (activations > Array.MaxLength)
            throw new ArgumentException($"{rank} components of {frames} frames are {activations} activations with their padding; at most {Array.MaxLength} fit. {wayOut}, or fewer components.");
    }

    /// <summary>The rank class of tile kernels: models of one class share a launch, and the order of every sum with it.</summary>
    internal static int TileClassOf(int rank) => rank switch
    {
        <= 16 => RoundUp(rank, 4),
        <= 32 => RoundUp(rank, 8),
        <= 64 => RoundUp(rank, 16),
        _ => RoundUp(rank, 8),
    };

    internal static int PitchOf(int bins) => RoundUp(bins, 32);

    internal static int RowsOf(long frames, KernelForm form) => checked((int)(form == KernelForm.Strip
        ? (frames + StripPassKernel.FrameBlock - 1) / StripPassKernel.FrameBlock * StripPassKernel.FrameBlock
        : (frames + SpareRows + TileRows - 1) / TileRows * TileRows));

    private static int CeilDiv(int a, int b) => (a + b - 1) / b;

    private static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;
}
