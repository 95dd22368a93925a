using System.Globalization;
using GpuNmf.Devices;
using GpuNmf.Kernels;
using GpuNmf.Kernels.Masking;
using GpuNmf.Kernels.Nmf;
using Xunit;

namespace GpuNmf.Tests;

/// <summary>The figures that kernels.md states are those that <see cref="KernelCost"/> computes.</summary>
public sealed class KernelCostTests
{
    private static readonly Dictionary<string, double[]> s_betas = new() { ["1"] = [1], ["2"] = [2], ["other"] = [0, 0.5, 1.5, 3] };

    /// <summary>Kernel, beta, bytes and flops / K of an inner pass, an element of X.</summary>
    public static TheoryData<string, string, string, string> PassRows => new(
        Rows("cost-pass", 4).Select(cells => (cells[0], cells[1], cells[2], cells[3])));

    /// <summary>What, bytes and flops a frame of one channel at N = 2048, hop 512; the part a frame and the part a component.</summary>
    public static TheoryData<string, string, string> FrameRows => new(
        Rows("cost-frame", 3).Select(cells => (cells[0], cells[1], cells[2])));

    [Theory, MemberData(nameof(PassRows))]
    public void The_page_states_an_inner_pass_as_computed(string kernel, string beta, string bytes, string flopsOfAComponent)
    {
        (KernelForm form, int rank) = kernel switch
        {
            "strip" => (KernelForm.Strip, 32),
            "tile, one pass" => (KernelForm.Tile, 12),
            _ => (KernelForm.Tile, 32),
        };
        var geometry = NmfGeometry.Of(1025, 2584, rank, form);
        double elements = (double)geometry.Frames * geometry.Pitch;
        foreach (double b in s_betas[beta])
        {
            Cost cost = KernelCost.OfX(geometry, b, PassKind.Inner);
            Assert.Equal((Number(bytes), Number(flopsOfAComponent)), (cost.Bytes / elements, cost.Flops / elements / rank));
        }
    }

    [Theory, MemberData(nameof(FrameRows))]
    public void The_page_states_a_frame_as_computed(string what, string bytes, string flops)
    {
        var shape = new FrameShape(2048, 512, 1);
        Cost stems0 = Stems(16), stems1 = Stems(32);
        Cost cost = what switch
        {
            "STFT to magnitudes" => KernelCost.Stft(KernelForm.Strip, shape, 1, 1, false),
            "STFT to the spectrum" => KernelCost.Stft(KernelForm.Strip, shape, 1, 1, true),
            "normalizers" => KernelCost.Stem(StemKernel.Normalizers, NmfGeometry.Of(1025, 100, 16, KernelForm.Strip), shape, 1, 1),
            "a stem" => new Cost((stems1.Bytes - stems0.Bytes) / 16 - 4, (stems1.Flops - stems0.Flops) / 16),
            _ => throw new ArgumentException($"The page has a row '{what}' that this test does not know.", nameof(what)),
        };
        Assert.Equal((Number(bytes), Number(flops)), (cost.Bytes, cost.Flops));

        // A frame's activations are 4 bytes a component, which the row of a stem leaves out.
        Cost Stems(int rank) => KernelCost.Stems(NmfGeometry.Of(1025, 100, rank, KernelForm.Strip), shape, 1, 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(0.5)]
    public void A_long_recording_costs_what_its_spectrogram_costs(double beta)
    {
        foreach (KernelForm form in Enum.GetValues<KernelForm>())
        {
            foreach (int rank in new[] { 4, 32 })
            {
                var geometry = NmfGeometry.Of(1025, 310_000, rank, form);
                Cost ofX = KernelCost.OfX(geometry, beta, PassKind.Inner), all = KernelCost.Pass(geometry, beta, PassKind.Inner) + KernelCost.TemplateStep(geometry, beta);
                // Partial sums of two sides, 1024 slices of a contraction: the most that stands beside X.
                Assert.InRange(all.Bytes / ofX.Bytes, 1, 1.27);
                Assert.InRange(all.Flops / ofX.Flops, 1, 1.05);
            }
        }
    }

    [Fact]
    public void The_halves_of_a_pass_add_up()
    {
        foreach (KernelForm form in Enum.GetValues<KernelForm>())
        {
            var geometry = NmfGeometry.Of(129, 541, 16, form);
            Cost first = KernelCost.OfX(geometry, 0.5, PassKind.First), last = KernelCost.OfX(geometry, 0.5, PassKind.Last), inner = KernelCost.OfX(geometry, 0.5, PassKind.Inner);
            double elements = (double)geometry.Frames * geometry.Pitch;

            // The last pass forms W H once more for the loss; the first one's comes with its terms.
            Assert.Equal(inner.Flops + 2 * 16 * elements, first.Flops + last.Flops);
            Assert.Equal(form == KernelForm.Strip ? 2 * inner.Bytes : 1.5 * inner.Bytes, first.Bytes + last.Bytes);
        }
    }

    /// <summary>A GPU's span stands for inverse and overlap-add, and leaves the frames out of memory.</summary>
    [Fact]
    public void Stems_cost_what_their_kernels_cost()
    {
        var shape = new FrameShape(2048, 512, 2);
        foreach (KernelForm form in Enum.GetValues<KernelForm>())
        {
            var geometry = NmfGeometry.Of(1025, 100, 8, form);
            Cost Of(StemKernel kernel) => KernelCost.Stem(kernel, geometry, shape, 100, 1);
            Cost shared = Of(StemKernel.Spectrum) + Of(StemKernel.MaskSums) + Of(StemKernel.Normalizers), frames = Of(StemKernel.Inverse) + Of(StemKernel.OverlapAdd), span = Of(StemKernel.Span);

            Assert.Equal(shared + (form == KernelForm.Strip ? frames : span), KernelCost.Stems(geometry, shape, 100, 1));
            // Written and read once, of each component, channel and frame.
            Assert.Equal(2.0 * sizeof(float) * 8 * 2 * 100 * 2048, frames.Bytes - span.Bytes);
        }
    }

    private static IReadOnlyList<string[]> Rows(string table, int cells)
    {
        var rows = Repository.Table(File.ReadAllText(Repository.File("kernels.md")), table);
        if (rows.Count == 0 || rows.Any(row => row.Length != cells)) throw new InvalidOperationException($"The table '{table}' of kernels.md has no rows of {cells} cells.");
        return rows;
    }

    private static double Number(string text) => double.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
}
