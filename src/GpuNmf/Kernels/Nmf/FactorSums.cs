using ILGPU;

namespace GpuNmf.Kernels.Nmf;

/// <summary>
/// What passes and steps hand each other: partial sums over the frames, a slice each, for the step of the templates, and sums over the
/// bins for the next pass. S slices, K' the activations' stride, layouts of the templates as in <see cref="PassArgs"/>.
/// </summary>
internal struct FactorSums
{
    /// <summary>Numerators of the templates [S] x templates.</summary>
    public ArrayView<float> Numerators;

    /// <summary>Denominators of the templates, as the numerators (beta other than 1, 2).</summary>
    public ArrayView<float> Denominators;

    /// <summary>Sums of the activations [S][K'] (beta 1, and every beta where <see cref="StepRule.Sparsity"/> is above zero).</summary>
    public ArrayView<float> ActivationSums;

    /// <summary>H H^T [S][K'][K'] (beta 2).</summary>
    public ArrayView<float> ActivationGrams;

    /// <summary>Sums of each template over the bins [K'] (beta 1; tile: behind them the partial sums of the slices of bins).</summary>
    public ArrayView<float> TemplateSums;

    /// <summary>W^T W [K'][K'] (beta 2; tile: and partial sums).</summary>
    public ArrayView<float> TemplateGram;

    /// <summary>Of each component, where <see cref="StepRule.Sparsity"/> is above zero: the lasso of its activations, then the ridge of its template [2][K'].</summary>
    public ArrayView<float> Weights;

    /// <summary>The view that begins <paramref name="slices"/> slices further on, of all models; what is not in use stays as it is.</summary>
    public readonly FactorSums Behind(int slices, int templateLength, int rankPitch)
    {
        var own = this;
        own.Numerators = From(Numerators, Offset.Of(slices, templateLength));
        own.Denominators = From(Denominators, Offset.Of(slices, templateLength));
        own.ActivationSums = From(ActivationSums, Offset.Of(slices, rankPitch));
        own.ActivationGrams = From(ActivationGrams, Offset.Of(slices, rankPitch * rankPitch));
        return own;

        static ArrayView<float> From(ArrayView<float> sums, long first) => first < sums.Length ? sums.SubView(first) : sums;
    }

    /// <summary>The view of one model of a batch; what its divergence does not use stays as it is.</summary>
    public readonly FactorSums Of<TDivergence>(long model, ModelLengths lengths, int rankPitch) where TDivergence : IDivergence
    {
        long gram = (long)rankPitch * rankPitch;
        var own = this;
        own.Weights = Weights.SubView(model * 2 * rankPitch);
        own.ActivationSums = ActivationSums.SubView(model * lengths.Slices * rankPitch);
        own.Numerators = Numerators.SubView(model * lengths.Slices * lengths.Templates);
        if (TDivergence.HasDenominator)
        {
            own.Denominators = Denominators.SubView(model * lengths.Slices * lengths.Templates);
        }
        else if (TDivergence.UsesGram)
        {
            own.TemplateGram = TemplateGram.SubView(model * lengths.BinSlices * gram);
            own.ActivationGrams = ActivationGrams.SubView(model * lengths.Slices * gram);
        }
        else
        {
            own.TemplateSums = TemplateSums.SubView(model * lengths.BinSlices * rankPitch);
        }
        return own;
    }
}
