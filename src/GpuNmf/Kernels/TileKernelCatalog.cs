using System.Globalization;
using System.Reflection;
using GpuNmf.Kernels.Fft;
using GpuNmf.Kernels.Masking;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Kernels.Stft;
using ILGPU;

namespace GpuNmf.Kernels;

/// <summary>A tile kernel as it is launched.</summary>
/// <param name="Name">What it computes and its rank class.</param>
/// <param name="Method">The closed method.</param>
/// <param name="MaxGroup">Threads of its largest group.</param>
/// <param name="Everyday">True for the kernels that the quick tests compile.</param>
internal sealed record TileKernel(string Name, MethodInfo Method, int MaxGroup, bool Everyday);

/// <summary>Every tile kernel of the library, for those who compile or describe them all without a device.</summary>
internal static class TileKernelCatalog
{
    private const int Group = 128;

    /// <summary>The largest rank of each class of update kernels, as <see cref="TileNmfMethods.For(int, double)"/> divides them.</summary>
    private static readonly int[] s_rankClasses = [4, 8, 12, 16, 32, 64, 256];

    private static readonly (string Name, double Beta)[] s_divergences = [("kl", 1), ("frobenius", 2), ("is", 0), ("beta", 0.5)];

    internal static IEnumerable<TileKernel> All => [.. Surroundings(), .. s_divergences.SelectMany(d => s_rankClasses.SelectMany(rank => Updates(d.Name, d.Beta, rank)))];

    private static IEnumerable<TileKernel> Surroundings() =>
    [
        Kernel<ConditionArgs>("measure rows", ConditionKernels.MeasureTile),
        Kernel<ConditionArgs>("scale rows", ConditionKernels.ApplyTile),
        Kernel<StftArgs>("stft magnitude to 2048", TileStftKernel.Whole<Capacity1024, MagnitudeOutput>),
        Kernel<StftArgs>("stft spectrum to 2048", TileStftKernel.Whole<Capacity1024, SpectrumOutput>),
        Kernel<StftArgs>("stft magnitude to 8192", TileStftKernel.Whole<Capacity4096, MagnitudeOutput>, everyday: false),
        Kernel<StftArgs>("stft spectrum to 8192", TileStftKernel.Whole<Capacity4096, SpectrumOutput>, everyday: false),
        Kernel<StftArgs>("stft part", TileStftKernel.Part),
        Kernel<StftArgs>("stft magnitude join", TileStftKernel.Join<MagnitudeOutput>),
        Kernel<StftArgs>("stft spectrum join", TileStftKernel.Join<SpectrumOutput>, everyday: false),
        Kernel<StemArgs>("mask sums", TileStemKernels.MaskSums),
        Kernel<StemArgs>("inverse mask to 2048", TileStemKernels.Inverse<Capacity1024, MaskReconstruction>),
        Kernel<StemArgs>("inverse magnitude to 2048", TileStemKernels.Inverse<Capacity1024, MagnitudeReconstruction>),
        Kernel<StemArgs>("inverse mask to 8192", TileStemKernels.Inverse<Capacity4096, MaskReconstruction>, everyday: false),
        Kernel<StemArgs>("inverse magnitude to 8192", TileStemKernels.Inverse<Capacity4096, MagnitudeReconstruction>, everyday: false),
        Kernel<StemArgs>("inverse part mask", TileStemKernels.InversePart<MaskReconstruction>),
        Kernel<StemArgs>("inverse part magnitude", TileStemKernels.InversePart<MagnitudeReconstruction>, everyday: false),
        Kernel<StemArgs>("inverse join", TileStemKernels.InverseJoin),
        Kernel<StemArgs>("overlap add", TileStemKernels.OverlapAdd),
        Kernel<FactorSumArgs>("factor sums", TileFactorKernels.Sums),
        Kernel<FactorSumArgs>("factor grams", TileFactorKernels.Grams),
        new TileKernel("reduce slices", ((Action<ArrayView<float>, int, int>)TileFactorKernels.ReduceSlices).Method, Group, true),
    ];

    // Everyday: the inner passes of Kullback-Leibler in every class, and of the others at rank 16.
    private static IEnumerable<TileKernel> Updates(string divergence, double beta, int rank)
    {
        var methods = TileNmfMethods.For(rank, beta);
        bool everyday = beta == 1 || rank == 16;
        string prefix = string.Create(CultureInfo.InvariantCulture, $"{divergence} rank {rank}");
        foreach (var (pass, method) in methods.Passes)
            yield return Kernel(methods.Activations is null ? $"{prefix} {pass}" : $"{prefix} templates {pass}", method, everyday && pass == PassKind.Inner);
        if (methods.Activations is { } activations) yield return Kernel($"{prefix} activations", activations, everyday);
        // The step of the templates does not depend on the rank.
        if (rank == s_rankClasses[0]) yield return Kernel($"{divergence} template step", methods.Templates);
    }

    private static TileKernel Kernel<TArgs>(string name, Action<TArgs> method, bool everyday = true) => new(name, method.Method, Group, everyday);
}
