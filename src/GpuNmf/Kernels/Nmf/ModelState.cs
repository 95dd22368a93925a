namespace GpuNmf.Kernels.Nmf;

/// <summary>What one model of a batch does in one iteration. The models of a launch share X, the divergence and the rank class.</summary>
internal struct ModelState
{
    /// <summary>Which of the batch's factors, partial sums and losses are its own.</summary>
    public int Index;

    /// <summary>Its own rank, at most the class's.</summary>
    public int Rank;

    /// <summary>b of H_ext = H + b max(H - H_before, 0), which the activations are updated from; 0 for plain updates.</summary>
    public float ActivationExtrapolation;

    /// <summary>b of W_ext = W + b max(W - W_before, 0), which the step of the templates makes for the pass behind it; 0 for plain updates.</summary>
    public float TemplateExtrapolation;

    /// <summary>What it pays for its templates.</summary>
    public FactorPenalty TemplatePenalty;

    /// <summary>What it pays for its activations.</summary>
    public FactorPenalty ActivationPenalty;

    /// <summary>Its first components, whose templates stay as they are.</summary>
    public int FixedTemplates;
}
