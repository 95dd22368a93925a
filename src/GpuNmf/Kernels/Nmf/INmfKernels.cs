namespace GpuNmf.Kernels.Nmf;

/// <summary>The update kernels of one divergence, rank and form, loaded and ready. Nothing here allocates or synchronises.</summary>
internal interface INmfKernels
{
    /// <summary>Floats of partial losses that <see cref="EnqueuePass"/> writes for a whole pass.</summary>
    long LossLength { get; }

    /// <summary>Enqueues slices <c>args.FirstSlice</c> to <c>args.FirstSlice + slices - 1</c> of one pass.</summary>
    void EnqueuePass(PassKind pass, PassArgs args, int slices);

    /// <summary>Enqueues the step of the templates and the sums that the next pass needs of them.</summary>
    void EnqueueTemplates(TemplateArgs args);
}
