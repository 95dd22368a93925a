namespace GpuNmf;

/// <summary>Sentences that separations, sweeps and dictionaries have in common.</summary>
internal static class WarningTexts
{
    internal const string NothingToFactorise =
        "What is factorised is zero everywhere, although the recording is not: its channels cancel in their mean (use joint or stack channels), or it is too quiet to square in single precision (raise its level).";

    /// <summary>Goes on behind what explains less than a spectrum that never changes.</summary>
    internal const string Outweighed =
        "a penalty outweighs what it is paid for (lower AlphaTemplates or AlphaActivations), or there were too few iterations.";
}
