using GpuNmf.Devices;
using GpuNmf.Kernels.Masking;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Kernels.Stft;

namespace GpuNmf.Kernels;

/// <summary>Work of one or more launches.</summary>
/// <param name="Bytes">Bytes that must cross the device's memory even if every cache were perfect.</param>
/// <param name="Flops">Additions and multiplications that grow with the problem; a multiply-add is two.</param>
internal readonly record struct Cost(double Bytes, double Flops)
{
    public static Cost operator +(Cost a, Cost b) => new(a.Bytes + b.Bytes, a.Flops + b.Flops);

    public static Cost operator *(double times, Cost cost) => new(times * cost.Bytes, times * cost.Flops);
}

/// <summary>Framing of a recording, as far as its cost goes.</summary>
/// <param name="FftLength">N.</param>
/// <param name="HopLength">Samples between frames.</param>
/// <param name="Channels">C.</param>
internal readonly record struct FrameShape(int FftLength, int HopLength, int Channels)
{
    /// <summary>F.</summary>
    internal int Bins => FftLength / 2 + 1;
}

/// <summary>
/// What the kernels read, write and compute, from the shapes alone; kernels.md states the same per element. Padding counts as the kernels
/// touch it: the pitch for the bins, and in tile form K' for K. Quotients, logarithms and the losses' own arithmetic are left out.
/// </summary>
internal static class KernelCost
{
    private const double Float = sizeof(float);

    /// <summary>One pass over X: the part that grows with X, then factors and partial sums.</summary>
    internal static Cost Pass(NmfGeometry geometry, double beta, PassKind pass)
    {
        double frames = geometry.Frames, rank = RankOf(geometry), rankPitch = geometry.RankPitch;
        var (activations, templates, _) = Halves(pass);
        double factors = frames * rankPitch * (activations ? 2 : 1) + geometry.TemplateLength;
        double partials = !templates ? 0 : (double)geometry.Slices * beta switch
        {
            1 => geometry.TemplateLength + rankPitch,
            2 => geometry.TemplateLength + rankPitch * rankPitch,
            _ => 2.0 * geometry.TemplateLength,
        };
        // W^T W times the activations of a frame, and H H^T.
        double grams = beta != 2 ? 0 : frames * 2 * rank * rank * ((activations ? 1 : 0) + (templates ? 1 : 0));
        return OfX(geometry, beta, pass) + new Cost(Float * (factors + partials), grams);
    }

    /// <summary>An iteration of coordinate descent: a pass of beta 2 and a step of the templates, and a sweep's own products beside those with a Gram matrix that both count; a tile form reads X once for each factor.</summary>
    internal static Cost DescentIteration(NmfGeometry geometry)
    {
        double rank = RankOf(geometry), again = IsOneReading(geometry) && geometry.Form == KernelForm.Tile ? (double)geometry.Frames * geometry.Pitch : 0;
        return Pass(geometry, 2, PassKind.Inner) + TemplateStep(geometry, 2) + new Cost(Float * again, 2 * rank * rank * geometry.Frames);
    }

    /// <summary>The part of a pass that is the same for every element of X [frames][pitch].</summary>
    internal static Cost OfX(NmfGeometry geometry, double beta, PassKind pass)
    {
        var (activations, templates, loss) = Halves(pass);
        int halves = (activations ? 1 : 0) + (templates ? 1 : 0);
        // 2K each: W H (not for beta 2), the numerator's contraction, and the denominator's where it has one.
        int contractions = halves * (beta switch { 1 => 2, 2 => 1, _ => 3 });
        bool lossNeedsProduct = loss && (beta == 2 || !templates);
        double flops = 2.0 * RankOf(geometry) * (contractions + (lossNeedsProduct ? 1 : 0));
        int readings = IsOneReading(geometry) ? 1 : (activations ? 1 : 0) + (templates || loss ? 1 : 0);
        return (double)geometry.Frames * geometry.Pitch * new Cost(Float * readings, flops);
    }

    /// <summary>The step of the templates: partial sums of the slices in their tree, the step, sums or Gram matrix of the result.</summary>
    internal static Cost TemplateStep(NmfGeometry geometry, double beta)
    {
        double length = geometry.TemplateLength, rank = RankOf(geometry), sides = beta is 1 or 2 ? 1 : 2;
        double rowsRead = 0, rowsWritten = 0;
        for (int n = geometry.Slices; n > 1; n = (n + 7) / 8)
        {
            rowsRead += n;
            rowsWritten += (n + 7) / 8;
        }
        // The root is read again by the step; then the old templates are read and the new ones written.
        double floats = length * (sides * (rowsRead + rowsWritten + 1) + 2);
        double flops = length * (sides * (geometry.Slices - 1) + 2 + (beta == 2 ? 2 * rank : 0)) + geometry.Pitch * (beta switch { 1 => rank, 2 => 2 * rank * rank, _ => 0 });
        return new Cost(Float * floats, flops);
    }

    /// <summary>Row sums and maxima of X, then its scaling in place.</summary>
    internal static Cost Condition(NmfGeometry geometry) => (double)geometry.Frames * geometry.Pitch * new Cost(3 * Float, 4);

    /// <summary>The forward transform of some frames: each sample is read once, each bin written once; 2.5 N log2 N flops a transform.</summary>
    /// <param name="form">Form of the kernels.</param>
    /// <param name="shape">Framing.</param>
    /// <param name="frames">Number of frames.</param>
    /// <param name="rowsOfAFrame">Rows written a frame: 1, or a row a channel.</param>
    /// <param name="spectrum">True: real and imaginary parts. False: magnitudes.</param>
    internal static Cost Stft(KernelForm form, FrameShape shape, long frames, int rowsOfAFrame, bool spectrum)
    {
        double samples = (double)shape.Channels * shape.HopLength, bins = (double)rowsOfAFrame * shape.Bins * (spectrum ? 2 : 1);
        return frames * new Cost(Float * (samples + bins + shape.Channels * Scratch(form, shape)), shape.Channels * TransformFlops(shape));
    }

    /// <summary>Stems of some frames from factors and samples: all <see cref="StemKernel"/>s that the form uses.</summary>
    /// <inheritdoc cref="Stem"/>
    internal static Cost Stems(NmfGeometry geometry, FrameShape shape, long frames, int masksOfAFrame)
    {
        bool onChip = StemLauncher.KeepsFramesOnChip(geometry.Form, shape.FftLength, shape.HopLength);
        StemKernel[] frameKernels = onChip ? [StemKernel.Span] : [StemKernel.Inverse, StemKernel.OverlapAdd];
        StemKernel[] all = [StemKernel.Spectrum, StemKernel.MaskSums, StemKernel.Normalizers, .. frameKernels];
        return all.Aggregate(default(Cost), (sum, kernel) => sum + Stem(kernel, geometry, shape, frames, masksOfAFrame));
    }

    /// <summary>One kernel's part of the stems of some frames.</summary>
    /// <param name="kernel">Which.</param>
    /// <param name="geometry">Shape of the factorisation.</param>
    /// <param name="shape">Framing.</param>
    /// <param name="frames">Number of frames.</param>
    /// <param name="masksOfAFrame">1, or a mask a channel.</param>
    internal static Cost Stem(StemKernel kernel, NmfGeometry geometry, FrameShape shape, long frames, int masksOfAFrame)
    {
        double bins = shape.Bins, rank = geometry.Rank, hop = shape.HopLength, length = shape.FftLength, stems = rank * shape.Channels, transform = TransformFlops(shape);
        double spectrumAndMasks = 2 * bins * (shape.Channels + masksOfAFrame);
        // The frames at the ends of a span are transformed by both neighbours.
        double spanTransforms = 1 + (length - hop) / (TileSpanKernel.SpanLengths * length);
        return kernel switch
        {
            StemKernel.Spectrum => Stft(geometry.Form, shape, frames, shape.Channels, true),
            // Peaks and scales are written.
            StemKernel.MaskSums => Frames(masksOfAFrame * (2 * bins + geometry.RankPitch), masksOfAFrame * 2 * bins * rank),
            StemKernel.Normalizers => Frames(hop, 2 * length),
            // Windowed frames are written, then read.
            StemKernel.Inverse => Frames(spectrumAndMasks + stems * (length + Scratch(geometry.Form, shape)), stems * transform),
            StemKernel.OverlapAdd => Frames(stems * (length + hop) + hop, stems * length),
            StemKernel.Span => Frames(spectrumAndMasks + stems * hop + hop, stems * spanTransforms * (transform + length)),
            _ => throw new ArgumentOutOfRangeException(nameof(kernel), kernel, $"{kernel} is no kernel of the stems."),
        };

        Cost Frames(double floats, double flops) => frames * new Cost(Float * floats, flops);
    }

    /// <summary>True where both halves of a pass share one reading of X.</summary>
    private static bool IsOneReading(NmfGeometry geometry) => geometry.Form == KernelForm.Strip || geometry.Rank <= NmfGeometry.TileOnePassRank;

    private static int RankOf(NmfGeometry geometry) => geometry.Form == KernelForm.Strip ? geometry.Rank : geometry.RankPitch;

    private static double TransformFlops(FrameShape shape) => 2.5 * shape.FftLength * Math.Log2(shape.FftLength);

    /// <summary>Floats written and read again where a transform takes two launches.</summary>
    private static double Scratch(KernelForm form, FrameShape shape) =>
        form == KernelForm.Tile && shape.FftLength > StftLauncher.OneLaunchLength ? 2.0 * shape.FftLength : 0;

    private static (bool Activations, bool Templates, bool Loss) Halves(PassKind pass) => pass switch
    {
        PassKind.First => Of<FirstPass>(),
        PassKind.Inner => Of<InnerPass>(),
        PassKind.InnerLoss => Of<InnerLossPass>(),
        _ => Of<LastPass>(),
    };

    private static (bool Activations, bool Templates, bool Loss) Of<TPass>() where TPass : IPass =>
        (TPass.UpdatesActivations, TPass.AccumulatesTemplates, TPass.SumsLoss);
}
