using ILGPU;

namespace GpuNmf.Kernels.Nmf;

/// <summary>What the update of the templates reads and writes, after the last slice of a pass. Layouts as in <see cref="PassArgs"/>.</summary>
internal struct TemplateArgs
{
    /// <summary>Templates that the pass accumulated with: W_ext, or <see cref="Before"/> for plain updates.</summary>
    public ArrayView<float> From;

    /// <summary>Templates W_before, which the extrapolation goes on from.</summary>
    public ArrayView<float> Before;

    /// <summary>Templates W after the update; another buffer than <see cref="From"/> (beta 2 reads all components of a bin).</summary>
    public ArrayView<float> To;

    /// <summary>W_ext = W + b max(W - W_before, 0); the buffer of <see cref="To"/> for plain updates, where b is 0.</summary>
    public ArrayView<float> ToExtrapolated;

    /// <summary>Partial numerators [S] x templates; overwritten.</summary>
    public ArrayView<float> Numerators;

    /// <summary>Partial denominators; overwritten.</summary>
    public ArrayView<float> Denominators;

    /// <summary>Partial sums of the activations [S][K']; overwritten.</summary>
    public ArrayView<float> ActivationSums;

    /// <summary>Partial H H^T [S][K'][K']; overwritten.</summary>
    public ArrayView<float> ActivationGrams;

    /// <summary>Receives the sums of the new templates [K'] (tile: behind them the partial sums of the slices of bins).</summary>
    public ArrayView<float> TemplateSums;

    /// <summary>Receives W^T W of the new templates [K'][K'] (tile: and partial sums).</summary>
    public ArrayView<float> TemplateGram;

    /// <summary>The models of the launch, as in <see cref="PassArgs.Models"/>.</summary>
    public ArrayView<ModelState> Models;

    /// <summary>Where this iteration's models begin in <see cref="Models"/>.</summary>
    public int FirstModel;

    /// <summary>Models of the launch.</summary>
    public int ModelCount;

    /// <summary>Floats of a model in each buffer.</summary>
    public ModelLengths Lengths;

    public int Bins;
    public int Pitch;

    /// <summary>K; in a view of one model its own rank.</summary>
    public int Rank;

    /// <summary>b of W_ext; set in a view of one model.</summary>
    public float Extrapolation;

    public int RankPitch;
    public int Slices;
    public float Exponent;
    public float Floor;

    /// <summary>The view of model <paramref name="model"/> of the launch, 0..<see cref="ModelCount"/> - 1.</summary>
    public readonly TemplateArgs Of<TDivergence>(int model) where TDivergence : IDivergence
    {
        var state = Models[FirstModel + model];
        long index = state.Index, gram = (long)RankPitch * RankPitch;
        var own = this;
        own.Rank = state.Rank;
        own.Extrapolation = state.TemplateExtrapolation;
        own.From = From.SubView(index * Lengths.Templates);
        own.Before = Before.SubView(index * Lengths.Templates);
        own.To = To.SubView(index * Lengths.Templates);
        own.ToExtrapolated = ToExtrapolated.SubView(index * Lengths.Templates);
        own.Numerators = Numerators.SubView(index * Lengths.Slices * Lengths.Templates);
        if (TDivergence.HasDenominator)
        {
            own.Denominators = Denominators.SubView(index * Lengths.Slices * Lengths.Templates);
        }
        else if (TDivergence.UsesGram)
        {
            own.TemplateGram = TemplateGram.SubView(index * Lengths.BinSlices * gram);
            own.ActivationGrams = ActivationGrams.SubView(index * Lengths.Slices * gram);
        }
        else
        {
            own.TemplateSums = TemplateSums.SubView(index * Lengths.BinSlices * RankPitch);
            own.ActivationSums = ActivationSums.SubView(index * Lengths.Slices * RankPitch);
        }
        return own;
    }
}
