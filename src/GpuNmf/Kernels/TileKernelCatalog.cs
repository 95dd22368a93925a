using System.Reflection;
using GpuNmf.Kernels.Masking;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Kernels.Stft;

namespace GpuNmf.Kernels;

/// <summary>A tile kernel as it is launched.</summary>
/// <param name="Name">What it computes, for which ranks and divergence.</param>
/// <param name="Method">The closed method.</param>
/// <param name="MaxGroup">Threads of its largest group.</param>
/// <param name="Everyday">True for the kernels that the quick tests compile: of the updates, those that take the time for Kullback-Leibler.</param>
/// <param name="Backends">What it compiles for.</param>
internal sealed record TileKernel(string Name, MethodInfo Method, int MaxGroup, bool Everyday, TileBackends Backends = TileBackends.All);

/// <summary>Where a tile kernel runs.</summary>
internal enum TileBackends
{
    /// <summary>CUDA, OpenCL and simulated devices.</summary>
    All,

    /// <summary>CUDA alone: it shuffles.</summary>
    Cuda,

    /// <summary>CUDA from sm_80 on.</summary>
    CudaFrom80,
}

/// <summary>Every tile kernel of the library, for those who compile or describe them all.</summary>
internal static class TileKernelCatalog
{
    private const int Group = 128;

    /// <summary>One rank a class of kernels, rounded up to 4: one pass to 12, one kernel for each factor above.</summary>
    private static readonly (int RankPitch, string Ranks)[] s_classes =
        [(4, "1-4"), (8, "5-8"), (12, "9-12"), (16, "13-16"), (24, "17-24"), (32, "25-32"), (48, "33-48"), (64, "49-64"), (256, "65-256")];

    /// <summary>What a device may offer: nothing, warps of 32 that shuffle, and room for many of them.</summary>
    private static readonly (TileForms Forms, string Name)[] s_forms =
    [
        (default, ""),
        (new TileForms(OnePassGroup.Small, true), ", halved"),
        (new TileForms(OnePassGroup.SixWarps, true), ", six warps"),
        (new TileForms(OnePassGroup.TwelveWarps, true), ", twelve warps"),
    ];

    private static readonly (double Beta, string Name)[] s_divergences =
        [(1, "Kullback-Leibler"), (2, "Frobenius"), (0, "Itakura-Saito"), (0.5, "any beta")];

    private static readonly int[] s_oneLaunchLengths = [64, 128, 256, 512, 1024, 2048, 4096, 8192];

    /// <summary>The usual length, and the one that takes most shared memory.</summary>
    private static readonly int[] s_everydayLengths = [2048, 8192];

    internal static IEnumerable<TileKernel> All => [.. Transforms(), .. Stems(), .. Factors(), .. Updates()];

    private static IEnumerable<TileKernel> Transforms()
    {
        foreach (int length in s_oneLaunchLengths)
        {
            bool everyday = s_everydayLengths.Contains(length);
            var (magnitudes, spectrum) = TileStftMethods.For(length);
            yield return new TileKernel($"STFT of {length}, magnitudes", magnitudes.Method, Group, everyday);
            yield return new TileKernel($"STFT of {length}, spectrum", spectrum.Method, Group, everyday);
        }
        yield return Of<StftArgs>("STFT above 8192, parts", TileStftKernel.Part);
        yield return Of<StftArgs>("STFT above 8192, magnitudes", TileStftKernel.Join<MagnitudeOutput>);
        yield return Of<StftArgs>("STFT above 8192, spectrum", TileStftKernel.Join<SpectrumOutput>);
    }

    private static IEnumerable<TileKernel> Stems()
    {
        yield return Of<StemArgs>("mask sums", TileStemKernels.MaskSums);
        yield return Of<StemArgs>("normalizers", TileStemKernels.Normalizers);
        yield return Of<StemArgs>("overlap-add", TileStemKernels.OverlapAdd);
        foreach (bool mask in new[] { true, false })
        {
            string what = mask ? "mask" : "magnitude";
            foreach (int length in s_oneLaunchLengths)
            {
                bool everyday = s_everydayLengths.Contains(length);
                var methods = TileStemMethods.For(length, mask);
                if (methods.Span is { } span) yield return new TileKernel($"stem of {length}, {what}", span.Method, Group, everyday);
                yield return new TileKernel($"inverse of {length}, {what}", methods.Inverse.Method, Group, everyday);
            }
        }
        yield return Of<StemArgs>("inverse above 8192, parts, mask", TileStemKernels.InversePart<MaskReconstruction>);
        yield return Of<StemArgs>("inverse above 8192, parts, magnitude", TileStemKernels.InversePart<MagnitudeReconstruction>);
        yield return Of<StemArgs>("inverse above 8192, samples", TileStemKernels.InverseJoin);
    }

    private static IEnumerable<TileKernel> Factors() =>
    [
        Of<ConditionArgs>("measure rows", ConditionKernels.MeasureTile),
        Of<ConditionArgs>("scale rows", ConditionKernels.ApplyTile),
        Of<FactorSumArgs>("column sums", TileFactorKernels.Sums),
        Of<FactorSumArgs>("column products", TileFactorKernels.Grams),
        Of<TemplateArgs>("ridge of each template", TileFactorKernels.Ridges),
        Of<TemplateArgs>("lasso of each component", TileFactorKernels.Lassos<AnyBeta>),
        Of<TemplateArgs>("lasso of each component, beta 1", TileFactorKernels.Lassos<KullbackLeibler>),
        Of<DescentPassArgs>("activations, coordinate descent", TileDescentKernels.Activations),
        Of<TemplateArgs>("templates, coordinate descent", TileDescentKernels.Templates),
        Of<SliceTreeArgs>("tree over slices", TileFactorKernels.ReduceSlices),
        Of<ContractionArgs>("contraction over bins", TileContractions.OverBins),
        Of<ContractionArgs>("contraction over frames", TileContractions.OverFrames),
    ];

    private static IEnumerable<TileKernel> Updates()
    {
        foreach (var (beta, divergence) in s_divergences)
        {
            bool everyday = beta == 1;
            yield return new TileKernel($"templates, {divergence}", TileNmfMethods.For(4, beta).Templates.Method, Group, everyday);
            yield return Of<FinishArgs>($"activations from parts, {divergence}", TileNmfMethods.For(16, beta).Finish!) with { Everyday = everyday };
            foreach (var (rankPitch, ranks) in s_classes)
            {
                // A form that changes nothing for this class is no kernel of its own.
                var methods = s_forms.Select(form => (Methods: TileNmfMethods.For(rankPitch, beta, form.Forms), form.Name)).ToList();
                foreach (var (own, form) in methods.DistinctBy(entry => entry.Methods.Passes[PassKind.Inner][0].Method))
                {
                    if (rankPitch <= NmfGeometry.TileOnePassRank && form.Length > 0 && !TileNmfMethods.FitWarps(rankPitch, beta)) continue;
                    // Six warps are twelve with other constants, and a class beside its neighbours.
                    bool sample = everyday && form != ", six warps" && rankPitch is not (24 or 48) && (rankPitch != 64 || form.Length > 0);
                    foreach (var kernel in Kernels(own, $"rank {ranks}, {divergence}{form}"))
                        yield return kernel with { Everyday = sample && kernel.Everyday, Backends = BackendsOf(form, rankPitch, beta) };
                }
            }
        }
    }

    private static TileBackends BackendsOf(string form, int rankPitch, double beta) =>
        form.Length == 0 ? TileBackends.All
        : TileNmfMethods.WarpsNeedUniformRegisters(rankPitch, beta) ? TileBackends.CudaFrom80
        : TileBackends.Cuda;

    private static IEnumerable<TileKernel> Kernels(TileNmfMethods methods, string name)
    {
        if (methods.Activations is { } activations) yield return new TileKernel($"activations, {name}", activations.Method, methods.Threads, true);
        string what = methods.Activations is null ? "one pass" : "templates";
        var uses = from pass in methods.Passes from kernel in pass.Value group pass.Key by kernel;
        foreach (var use in uses)
            yield return new TileKernel($"{what}, {name}, {string.Join(" and ", use)} pass", use.Key.Method, methods.Threads, use.Contains(PassKind.Inner));
    }

    private static TileKernel Of<TArgs>(string name, Action<TArgs> kernel) where TArgs : struct => new(name, kernel.Method, Group, true);
}
