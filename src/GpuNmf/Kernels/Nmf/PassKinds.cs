namespace GpuNmf.Kernels.Nmf;

/// <summary>
/// Which halves of the one kernel run in a pass. n iterations are n + 1 passes: the first only accumulates for the templates,
/// the last only updates the activations; the loss rides on a pass that is made anyway.
/// </summary>
internal interface IPass
{
    /// <summary>The activations of the block are updated.</summary>
    static abstract bool UpdatesActivations { get; }

    /// <summary>The templates' numerator (and denominator) is accumulated.</summary>
    static abstract bool AccumulatesTemplates { get; }

    /// <summary>The loss of the templates and the (new) activations is summed.</summary>
    static abstract bool SumsLoss { get; }
}

/// <summary>First pass, with the loss of the start.</summary>
internal readonly struct FirstPass : IPass
{
    public static bool UpdatesActivations => false;
    public static bool AccumulatesTemplates => true;
    public static bool SumsLoss => true;
}

/// <summary>First pass without the loss, where that has a launch of its own.</summary>
internal readonly struct SumsPass : IPass
{
    public static bool UpdatesActivations => false;
    public static bool AccumulatesTemplates => true;
    public static bool SumsLoss => false;
}

/// <summary>The loss alone, behind a pass.</summary>
internal readonly struct LossPass : IPass
{
    public static bool UpdatesActivations => false;
    public static bool AccumulatesTemplates => false;
    public static bool SumsLoss => true;
}

/// <summary>A pass between.</summary>
internal readonly struct InnerPass : IPass
{
    public static bool UpdatesActivations => true;
    public static bool AccumulatesTemplates => true;
    public static bool SumsLoss => false;
}

/// <summary>A pass between that also sums the loss.</summary>
internal readonly struct InnerLossPass : IPass
{
    public static bool UpdatesActivations => true;
    public static bool AccumulatesTemplates => true;
    public static bool SumsLoss => true;
}

/// <summary>Last pass, with the final loss.</summary>
internal readonly struct LastPass : IPass
{
    public static bool UpdatesActivations => true;
    public static bool AccumulatesTemplates => false;
    public static bool SumsLoss => true;
}

/// <summary>The passes by name, for the host.</summary>
internal enum PassKind
{
    First,
    Inner,
    InnerLoss,
    Last,
}
