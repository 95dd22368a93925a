using GpuNmf.Cli.Errors;

namespace GpuNmf.Cli.Progress;

/// <summary>Which of several recordings is at work.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Count">Of how many.</param>
/// <param name="Name">As the user knows it.</param>
internal sealed record FilePlace(int Number, int Count, string Name)
{
    /// <summary>In front of a line: <c>2/12 takes/b.wav: </c>.</summary>
    public string Prefix => ErrorMessages.OneLine($"{Number}/{Count} {Name}:") + " ";
}
