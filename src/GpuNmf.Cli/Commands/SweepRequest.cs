using GpuNmf.Devices;

namespace GpuNmf.Cli.Commands;

/// <summary>Which factors of a sweep are written.</summary>
internal enum KeptFactors
{
    /// <summary>None.</summary>
    None,

    /// <summary>Those of the best start of each rank and loss.</summary>
    Best,

    /// <summary>Those of every start.</summary>
    All,
}

/// <summary>A command line of <c>sweep</c>, understood and checked as far as it can be without the recording.</summary>
/// <param name="Input">What is read.</param>
/// <param name="Folder">Where results go, as the user wrote it.</param>
/// <param name="Reuse">What happens to what stands there.</param>
/// <param name="Keep">Which factors are written.</param>
/// <param name="Picks">True: the summary says which rank to take.</param>
/// <param name="Device">Where the work is done.</param>
/// <param name="Memory">How much memory is taken.</param>
/// <param name="Options">What is computed.</param>
/// <param name="Verbosity">How much is said.</param>
internal sealed record SweepRequest(
    InputRequest Input, string Folder, FolderReuse Reuse, KeptFactors Keep, bool Picks, DeviceRequest Device, MemoryOptions Memory, SweepOptions Options, Verbosity Verbosity)
{
    /// <summary>True when progress and warnings are printed.</summary>
    public bool IsTalkative => Verbosity is Verbosity.Normal or Verbosity.Json;

    /// <summary>True when the result is printed as JSON.</summary>
    public bool PrintsJson => Verbosity is Verbosity.Json or Verbosity.QuietJson;
}

/// <summary>What happens to folders of the program's own that stand where a sweep writes.</summary>
/// <param name="Force">They are replaced.</param>
/// <param name="Resume">Unfinished work is taken up.</param>
internal readonly record struct FolderReuse(bool Force, bool Resume);
