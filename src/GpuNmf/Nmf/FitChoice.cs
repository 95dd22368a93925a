namespace GpuNmf.Nmf;

/// <summary>From the fits of several starts to the one that is kept, in the order and scale that are shown.</summary>
internal static class FitChoice
{
    /// <summary>The fit with the lowest objective, of equal ones the first.</summary>
    internal static int Best(IReadOnlyList<NmfFit> fits)
    {
        int best = 0;
        for (int i = 1; i < fits.Count; i++)
            if (fits[i].Objective < fits[best].Objective) best = i;
        return best;
    }

    /// <summary>Components by their energy, unless the caller gave some of their numbers; normalised if the options say so.</summary>
    internal static NmfFit Finish(NmfFit fit, NmfOptions options)
    {
        bool hasOwnOrder = options.InitialTemplates is not null || options.InitialActivations is not null || options.FixedTemplates is not null || options.ActivationSupport is not null;
        if (!hasOwnOrder) fit = ComponentOrder.Arrange(fit, ComponentOrder.ByEnergy(fit.Templates, fit.Activations));
        return options.NormalizeTemplates ? TemplateScale.ToUnitSum(fit, options.FixedCount) : fit;
    }
}
