namespace GpuNmf.Kernels.Nmf;

/// <summary>How one factor steps, in the kernels' own scale.</summary>
internal struct StepRule
{
    /// <summary>Exponent of the ratio.</summary>
    public float Exponent;

    /// <summary>Entries below become 0; 0 keeps all.</summary>
    public float Floor;

    /// <summary>Weight of the sum of the entries in what is minimised; it stands in the denominators. Set in a view of one model.</summary>
    public float Lasso;

    /// <summary>Weight of half the sum of their squares, as <see cref="Lasso"/>.</summary>
    public float Ridge;

    /// <summary>Weight of sum_k |w_k|_2 |h_k|_1 in what is minimised; where it is above zero, <see cref="Lasso"/> and <see cref="Ridge"/> are each component's own
    /// (<see cref="FactorSums.Weights"/>). Set in a view of one model.</summary>
    public float Sparsity;

    /// <summary>Components, from the first on, that stay as they are (templates only). Set in a view of one model.</summary>
    public int Fixed;

    /// <summary>The same with one model's own weights.</summary>
    public readonly StepRule With(FactorPenalty penalty, int fixedComponents) =>
        new() { Exponent = Exponent, Floor = Floor, Lasso = penalty.Lasso, Ridge = penalty.Ridge, Sparsity = penalty.Sparsity, Fixed = fixedComponents };
}

/// <summary>What one model pays for the entries of a factor beside the divergence: Lasso sum |entry| + Ridge / 2 sum entry^2.</summary>
internal struct FactorPenalty
{
    public float Lasso;
    public float Ridge;

    /// <summary>As <see cref="StepRule.Sparsity"/>; the same for both factors, and then their other weights are zero.</summary>
    public float Sparsity;
}
