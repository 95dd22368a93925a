using ILGPU;

namespace GpuNmf.Kernels.Nmf;

/// <summary>
/// What one pass over X reads and writes. F bins, T frames (rows of X), K components, P pitch of a row, S slices, B models.
/// Every buffer but X holds B models one behind another (<see cref="ModelLengths"/>); <see cref="Of"/> is the view of one of them.
/// The templates' layout is the form's: strip [K][P], tile [P][K'] with K' the rank class.
/// </summary>
internal struct PassArgs
{
    /// <summary>X [rows][P]; padding columns and rows are zero.</summary>
    public ArrayView<float> X;

    /// <summary>Templates that the activations are updated with.</summary>
    public ArrayView<float> Templates;

    /// <summary>Templates that the accumulation and the loss use: W_ext, or the same buffer for plain updates.</summary>
    public ArrayView<float> TemplatesToUpdate;

    /// <summary>Activations H [rows][K'] before the update, which starts from H_ext = H + b max(H - H_before, 0).</summary>
    public ArrayView<float> ActivationsFrom;

    /// <summary>Activations [rows][K']: H_before when the pass comes to a frame, the updated ones when it leaves it. The buffer of
    /// <see cref="ActivationsFrom"/> for plain updates. In a pass that does not update they are only read.</summary>
    public ArrayView<float> Activations;

    /// <summary>Partial sums, which the pass writes, and sums over the bins, which it reads.</summary>
    public FactorSums Sums;

    /// <summary>What coordinate descent needs beside them.</summary>
    public DescentArgs Descent;

    /// <summary>Partial losses in the form's own granularity.</summary>
    public ArrayView<float> Losses;

    /// <summary>The models of the launch, iteration after iteration [iterations][<see cref="ModelCount"/>].</summary>
    public ArrayView<ModelState> Models;

    /// <summary>Where this iteration's models begin in <see cref="Models"/>.</summary>
    public int FirstModel;

    /// <summary>Models of the launch.</summary>
    public int ModelCount;

    /// <summary>Floats of a model in each buffer.</summary>
    public ModelLengths Lengths;

    public int Bins;
    public int Pitch;
    public int Frames;

    /// <summary>K; in a view of one model its own rank.</summary>
    public int Rank;

    /// <summary>b of H_ext; set in a view of one model.</summary>
    public float Extrapolation;

    /// <summary>K', the stride of a frame's activations.</summary>
    public int RankPitch;

    /// <summary>Frames of a slice.</summary>
    public int SliceFrames;

    /// <summary>First slice of this launch.</summary>
    public int FirstSlice;

    /// <summary>Where the dot product W H starts.</summary>
    public float Epsilon;

    public float Beta;

    /// <summary>Where X lies in the device's memory, for prefetching on CUDA; 0 elsewhere. Set by the tile kernels' launcher.</summary>
    public long XAddress;

    /// <summary>The activations' step.</summary>
    public StepRule Rule;

    /// <summary>The view of model <paramref name="model"/> of the launch, 0..<see cref="ModelCount"/> - 1.</summary>
    public readonly PassArgs Of<TDivergence>(int model) where TDivergence : IDivergence
    {
        var state = Models[FirstModel + model];
        long templates = Offset.Of(state.Index, Lengths.Templates), activations = (uint)state.Index * Lengths.Activations;
        var own = this;
        own.Rank = state.Rank;
        own.Extrapolation = state.ActivationExtrapolation;
        own.Rule = Rule.With(state.ActivationPenalty, 0);
        own.Templates = Templates.SubView(templates);
        own.TemplatesToUpdate = TemplatesToUpdate.SubView(templates);
        own.ActivationsFrom = ActivationsFrom.SubView(activations);
        own.Activations = Activations.SubView(activations);
        own.Sums = Sums.Of<TDivergence>(state.Index, Lengths, RankPitch);
        if (TDivergence.Descends) own.Descent = Descent.Of(state.Index, Lengths, RankPitch);
        own.Losses = Losses.SubView(Offset.Of(state.Index, Lengths.Losses));
        return own;
    }

    /// <summary>The step of component <paramref name="k"/> in tile form; in a view of one model. For beta 1 its lasso stands in <see cref="FactorSums.TemplateSums"/> already.</summary>
    public readonly StepRule RuleOf<TDivergence>(int k) where TDivergence : IDivergence
    {
        var own = Rule;
        if ((TDivergence.HasDenominator || TDivergence.UsesGram) && own.Sparsity > 0f) own.Lasso = Sums.Weights[k];
        return own;
    }

    /// <summary>The view whose first frame is <paramref name="frames"/> further on; <see cref="Frames"/>, slices and losses stay those of the whole.</summary>
    public readonly PassArgs Behind(int frames)
    {
        var own = this;
        long cells = Offset.Of(frames, Pitch), activations = Offset.Of(frames, RankPitch);
        own.X = X.SubView(cells);
        own.XAddress = XAddress + cells * sizeof(float);
        own.ActivationsFrom = ActivationsFrom.SubView(activations);
        own.Activations = Activations.SubView(activations);
        return own;
    }
}
