using System.CommandLine;
using GpuNmf.Cli.Errors;

namespace GpuNmf.Cli.Commands;

/// <summary>How much memory a run takes, and what it does when the spectrogram needs more.</summary>
internal sealed class MemoryArguments
{
    private const string LimitRule = "a size of at least 256MiB, such as 2GB, 512MiB or 1.5GB";

    private readonly Option<string> _limit = OptionText.Valued("--memory-limit", "SIZE",
        "Memory that the run keeps to, such as 2GB: the device's, or on the CPU the whole program's. When not given 80 % of the GPU's free memory, or half of the machine's. No result depends on it.");
    private readonly Option<string> _spectrogram = OptionText.Valued("--spectrogram", "PLACE",
        "Where the spectrogram is between two passes over it: auto (on the device if it fits, else the quickest of the others), device, host, disk or recompute. No result depends on it.", "auto");

    public void AddTo(Command command)
    {
        command.Add(_limit);
        command.Add(_spectrogram);
    }

    /// <summary>The folder for a spectrogram on disk is set when it is known.</summary>
    /// <exception cref="CliException">A value is wrong.</exception>
    public MemoryOptions Read(ParseResult parsed) => new()
    {
        LimitBytes = parsed.OptionalText(_limit) is { } text ? Limit(text) : null,
        Spectrogram = parsed.Choice(_spectrogram, Words.Storages),
    };

    private long Limit(string text) =>
        ByteSize.TryParse(text, out long bytes) && bytes >= MemoryOptions.LeastLimitBytes ? bytes : throw OptionText.Wrong(_limit, text, LimitRule);
}
