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

    /// <summary>Partial sums of the pass, which are overwritten, and the sums over the bins of the new templates.</summary>
    public FactorSums Sums;

    /// <summary>What coordinate descent needs beside them.</summary>
    public DescentArgs Descent;

    /// <summary>Rows of the activations, behind whose violations those of the bins lie.</summary>
    public int Rows;

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

    /// <summary>The templates' step.</summary>
    public StepRule Rule;

    /// <summary>The view of model <paramref name="model"/> of the launch, 0..<see cref="ModelCount"/> - 1.</summary>
    public readonly TemplateArgs Of<TDivergence>(int model) where TDivergence : IDivergence
    {
        var state = Models[FirstModel + model];
        long index = state.Index;
        var own = this;
        own.Rank = state.Rank;
        own.Extrapolation = state.TemplateExtrapolation;
        own.Rule = Rule.With(state.TemplatePenalty, state.FixedTemplates);
        own.From = From.SubView(index * Lengths.Templates);
        own.Before = Before.SubView(index * Lengths.Templates);
        own.To = To.SubView(index * Lengths.Templates);
        own.ToExtrapolated = ToExtrapolated.SubView(index * Lengths.Templates);
        own.Sums = Sums.Of<TDivergence>(state.Index, Lengths, RankPitch);
        if (TDivergence.Descends) own.Descent = Descent.Of(state.Index, Lengths, RankPitch);
        return own;
    }

    /// <summary>The step of component <paramref name="k"/>; in a view of one model.</summary>
    public readonly StepRule RuleOf(int k)
    {
        var own = Rule;
        if (own.Sparsity > 0f) own.Ridge = Sums.Weights[RankPitch + k];
        return own;
    }
}
