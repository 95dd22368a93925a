namespace GpuNmf.Kernels.Nmf;

/// <summary>The update kernels of one divergence, rank class and form, loaded and ready. Nothing here allocates or synchronises.</summary>
internal interface INmfKernels : IDisposable
{
    /// <summary>Floats of partial losses that <see cref="EnqueuePass"/> writes for a whole pass, a model.</summary>
    long LossLength { get; }

    /// <summary>Those of a slice; the slices' lie one behind another.</summary>
    int LossesOfASlice { get; }

    /// <summary>Enqueues slices <c>args.FirstSlice</c> to <c>args.FirstSlice + slices - 1</c> of one pass.</summary>
    void EnqueuePass(PassKind pass, PassArgs args, int slices);

    /// <summary>Enqueues the step of the templates and the sums that the next pass needs of them.</summary>
    void EnqueueTemplates(TemplateArgs args);

    /// <summary>Enqueues whole iterations whose last pass is <paramref name="last"/>, the others inner ones; the same bits as one by one.</summary>
    void EnqueueIterations(IterationArgs args, PassKind last);
}
