using GpuNmf.Nmf;

namespace GpuNmf;

/// <summary>Factors of a matrix, X ~ W H.</summary>
public sealed record MatrixFactorization : FitReport
{
    /// <summary>W, bins x components: the result of scikit-learn's <c>fit_transform</c>.</summary>
    public required float[,] Templates { get; init; }

    /// <summary>H, components x frames: scikit-learn's <c>components_</c>.</summary>
    public required float[,] Activations { get; init; }

    /// <summary>sqrt(2 D_beta(X | W H)): scikit-learn's <c>reconstruction_err_</c>.</summary>
    public double ReconstructionError => Math.Sqrt(2 * LossTrace[^1].Loss);

    /// <summary>W H, bins x frames, summed in double: scikit-learn's <c>inverse_transform</c>.</summary>
    public float[,] InverseTransform() => InverseTransform(Templates, Activations);

    /// <summary>W H of any factors, bins x frames, summed in double and rounded once.</summary>
    /// <param name="templates">W, bins x components.</param>
    /// <param name="activations">H, components x frames.</param>
    /// <exception cref="ArgumentException">The numbers of components differ.</exception>
    public static float[,] InverseTransform(float[,] templates, float[,] activations)
    {
        ArgumentNullException.ThrowIfNull(templates);
        ArgumentNullException.ThrowIfNull(activations);
        int bins = templates.GetLength(0), rank = templates.GetLength(1), frames = activations.GetLength(1);
        if (activations.GetLength(0) != rank)
            throw new ArgumentException($"Templates have {rank} components and activations {activations.GetLength(0)}; they must have as many.", nameof(activations));
        var product = new float[bins, frames];
        var row = new double[frames];
        for (int f = 0; f < bins; f++)
        {
            Array.Clear(row);
            for (int k = 0; k < rank; k++)
                for (int t = 0; t < frames; t++) row[t] += (double)templates[f, k] * activations[k, t];
            for (int t = 0; t < frames; t++) product[f, t] = (float)row[t];
        }
        return product;
    }

    /// <summary>The options with this result for a start (scikit-learn's <c>init='custom'</c>, a warm start). Plain updates go on as if they had not stopped.</summary>
    /// <param name="options">The rest of the options; their rank becomes that of the result, fixed templates are kept apart.</param>
    /// <exception cref="ArgumentException">There are more fixed templates than components.</exception>
    public NmfOptions AsStart(NmfOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        int kept = options.FixedTemplates?.GetLength(1) ?? 0, rank = Templates.GetLength(1);
        if (kept > rank) throw new ArgumentException($"FixedTemplates has {kept} columns, but the result has {rank} components: leave it out.", nameof(options));
        var free = new float[Templates.GetLength(0), rank - kept];
        for (int f = 0; f < free.GetLength(0); f++)
            for (int k = kept; k < rank; k++) free[f, k - kept] = Templates[f, k];
        return options with { Rank = rank, Restarts = 1, Initialization = NmfInitialization.Random, InitialTemplates = kept == rank ? null : free, InitialActivations = Activations };
    }
}
