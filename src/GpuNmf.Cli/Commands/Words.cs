using GpuNmf.Audio;
using GpuNmf.Cli.Separating;
using GpuNmf.Devices;
using GpuNmf.Grouping;
using GpuNmf.Masking;
using GpuNmf.Nmf;
using GpuNmf.Stft;

namespace GpuNmf.Cli.Commands;

/// <summary>A word of the command line and what it means; one table serves parsing, help and <c>result.json</c>.</summary>
internal readonly record struct Word<T>(string Text, T Value);

/// <summary>The words that options accept.</summary>
internal static class Words
{
    public static readonly Word<bool>[] Truth = [new("true", true), new("false", false)];

    public static readonly Word<bool>[] Normalization = [new("none", false), new("templates", true)];

    public static readonly Word<SimdWidth>[] Simd =
        [new("auto", SimdWidth.Auto), new("128", SimdWidth.Bits128), new("256", SimdWidth.Bits256), new("512", SimdWidth.Bits512)];

    public static readonly Word<WindowKind>[] Windows =
        [new("hann", WindowKind.Hann), new("hamming", WindowKind.Hamming), new("blackman", WindowKind.Blackman), new("rectangular", WindowKind.Rectangular)];

    public static readonly Word<PaddingMode>[] Padding = [new("constant", PaddingMode.Constant), new("reflect", PaddingMode.Reflect)];

    public static readonly Word<NmfSolver>[] Solvers = [new("emu", NmfSolver.ExtrapolatedMultiplicativeUpdate), new("mu", NmfSolver.MultiplicativeUpdate), new("cd", NmfSolver.CoordinateDescent)];

    public static readonly Word<NmfStop>[] Stops =
        [new("max-iter", NmfStop.MaxIterations), new("tol", NmfStop.Tolerance), new("target-loss", NmfStop.TargetLoss), new("time-limit", NmfStop.TimeLimit)];

    public static readonly Word<UpdateExponent>[] Exponents = [new("mm", UpdateExponent.MajorizationMinimization), new("fast", UpdateExponent.Fast)];

    public static readonly Word<Reconstruction>[] Reconstructions = [new("mask", Reconstruction.Mask), new("magnitude", Reconstruction.Magnitude)];

    public static readonly Word<ChannelMode>[] Channels = [new("joint", ChannelMode.Joint), new("stack", ChannelMode.Stack), new("mono", ChannelMode.Mono)];

    public static readonly Word<WavEncoding>[] Encodings =
        [new("float32", WavEncoding.Float32), new("pcm16", WavEncoding.Pcm16), new("pcm24", WavEncoding.Pcm24)];

    public static readonly Word<StemFileFormat>[] Formats = [new("wav", StemFileFormat.Wav), new("flac", StemFileFormat.Flac)];

    public static readonly Word<KeptFactors>[] Keeps = [new("none", KeptFactors.None), new("best", KeptFactors.Best), new("all", KeptFactors.All)];

    public static readonly Word<GroupingMethod>[] Groupings = [new("mfcc", GroupingMethod.Mfcc), new("envelope", GroupingMethod.Envelope)];

    /// <summary>How recordings of a call ended.</summary>
    public static readonly Word<FileState>[] FileStates =
        [new("done", FileState.Done), new("skipped", FileState.Skipped), new("failed", FileState.Failed), new("stopped", FileState.Stopped)];

    public static readonly Word<SpectrogramStorage>[] Storages =
    [
        new("auto", SpectrogramStorage.Auto), new("device", SpectrogramStorage.Device), new("host", SpectrogramStorage.Host),
        new("disk", SpectrogramStorage.Disk), new("recompute", SpectrogramStorage.Recomputed),
    ];

    /// <summary>Where a factorisation starts from.</summary>
    public static readonly Word<NmfInitialization>[] Starts =
    [
        new("random", NmfInitialization.Random), new("nndsvd", NmfInitialization.Nndsvd), new("nndsvda", NmfInitialization.NndsvdA),
        new("nndsvdar", NmfInitialization.NndsvdAR), new("kmeans", NmfInitialization.KMeans),
    ];

    /// <summary>The word of a value.</summary>
    public static string For<T>(this Word<T>[] words, T value) =>
        words.First(w => EqualityComparer<T>.Default.Equals(w.Value, value)).Text;
}
