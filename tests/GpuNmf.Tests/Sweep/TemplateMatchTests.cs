using GpuNmf.Sweep;
using Xunit;

namespace GpuNmf.Tests.Sweep;

/// <summary>Matched cosines of made-up templates with a known answer.</summary>
public sealed class TemplateMatchTests
{
    /// <summary>Unit norms, a dot product of a few terms and a quotient in double: some units of 2^-53.</summary>
    private const double Allowed = 1e-15;

    [Fact]
    public void Order_and_scale_do_not_matter()
    {
        float[,] templates = { { 1, 0, 2 }, { 2, 1, 0 }, { 0, 3, 1 }, { 1, 1, 5 } };
        float[,] others = { { 20, 0.25f, 0 }, { 0, 0.5f, 7 }, { 10, 0, 21 }, { 50, 0.25f, 7 } };

        Assert.All(TemplateMatch.Cosines(templates, others), cosine => Assert.InRange(cosine, 1 - Allowed, 1));
    }

    [Fact]
    public void The_worst_pair_is_the_one_that_was_turned()
    {
        // The second template is turned by the angle whose cosine is 3/5, within its own plane.
        float[,] templates = { { 1, 0 }, { 0, 1 }, { 0, 0 } }, others = { { 0, 2 }, { 3, 0 }, { 4, 0 } };

        double[] cosines = TemplateMatch.Cosines(templates, others);

        Assert.InRange(cosines[0], 1 - Allowed, 1);
        Assert.InRange(cosines[1], 0.6 - Allowed, 0.6 + Allowed);
    }

    /// <summary>Both templates look like the same other one; one-to-one, the second must take what is left.</summary>
    [Fact]
    public void A_template_is_matched_once()
    {
        float[,] templates = { { 1, 1 }, { 0, 1 } }, others = { { 1, 0 }, { 0, 1 } };

        double[] cosines = TemplateMatch.Cosines(templates, others);

        Assert.Equal(1, cosines[0]);
        Assert.InRange(cosines[1], Math.Sqrt(0.5) - Allowed, Math.Sqrt(0.5) + Allowed);
    }

    [Fact]
    public void A_template_of_zeros_is_like_another_and_like_nothing_else()
    {
        float[,] templates = { { 1, 0 }, { 1, 0 } }, full = { { 1, 1 }, { 1, 0 } };

        Assert.Equal([1, 1], TemplateMatch.Cosines(templates, templates).Select(cosine => Math.Round(cosine, 14)));
        Assert.Equal(0, TemplateMatch.Cosines(templates, full)[1]);
        Assert.Equal((1, 0), (TemplateMatch.CountEmpty(templates), TemplateMatch.CountEmpty(full)));
    }
}
