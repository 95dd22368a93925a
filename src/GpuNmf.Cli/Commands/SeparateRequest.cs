using GpuNmf.Audio;
using GpuNmf.Devices;

namespace GpuNmf.Cli.Commands;

/// <summary>Which piece of which file is read.</summary>
/// <param name="Path">As the user wrote it.</param>
/// <param name="StartSeconds">Where the piece begins.</param>
/// <param name="DurationSeconds">How long it is; null is to the end.</param>
internal sealed record InputRequest(string Path, double StartSeconds, double? DurationSeconds);

/// <summary>Where and how the parts are written.</summary>
/// <param name="Folder">As the user wrote it.</param>
/// <param name="Format">What kind of files the stems are.</param>
/// <param name="Encoding">Sample format of the stems.</param>
/// <param name="Force">Replace a folder of the program's own.</param>
/// <param name="SkipsExisting">Leave a complete folder of the program's own as it is.</param>
internal sealed record OutputRequest(string Folder, StemFileFormat Format, WavEncoding Encoding, bool Force, bool SkipsExisting);

/// <summary>Kinds of sound files that are written.</summary>
internal enum StemFileFormat
{
    /// <summary>Every encoding.</summary>
    Wav,

    /// <summary>Integers, losslessly packed by ffmpeg.</summary>
    Flac,
}

/// <summary>What becomes of unfinished work.</summary>
/// <param name="Plans">True: the work is planned and not done.</param>
/// <param name="Resumes">True: what a run of before left is taken up, and what this one leaves is kept.</param>
/// <param name="CheckpointInterval">Time between two checkpoints.</param>
internal sealed record WorkRequest(bool Plans, bool Resumes, TimeSpan CheckpointInterval);

/// <summary>How much is said.</summary>
internal enum Verbosity
{
    /// <summary>Progress and warnings on stderr, a summary on stdout.</summary>
    Normal,

    /// <summary>Errors only.</summary>
    Quiet,

    /// <summary>Progress and warnings on stderr, one JSON document on stdout.</summary>
    Json,

    /// <summary>One JSON document on stdout, errors only on stderr.</summary>
    QuietJson,
}

/// <summary>A command line of <c>separate</c>, understood and checked as far as it can be without the recording.</summary>
/// <param name="Input">What is read.</param>
/// <param name="Output">What is written.</param>
/// <param name="Device">Where the work is done.</param>
/// <param name="Options">What is computed.</param>
/// <param name="Start">The files behind the start in <paramref name="Options"/>.</param>
/// <param name="Grouping">How components become sources; null where each is a stem. Its examples are not in <paramref name="Options"/> yet.</param>
/// <param name="Dictionaries">The files behind fixed templates; null where none are given.</param>
/// <param name="Stems">The parts that are written; null where all are.</param>
/// <param name="Memory">How much memory is taken.</param>
/// <param name="Work">What becomes of unfinished work.</param>
/// <param name="Verbosity">How much is said.</param>
internal sealed record SeparateRequest(
    InputRequest Input, OutputRequest Output, DeviceRequest Device, SeparationOptions Options, StartFiles Start, GroupingRequest? Grouping, DictionaryFiles? Dictionaries, StemChoice? Stems, MemoryOptions Memory, WorkRequest Work, Verbosity Verbosity)
{
    /// <summary>The same for another recording and folder.</summary>
    public SeparateRequest For(string path, string folder) => this with { Input = Input with { Path = path }, Output = Output with { Folder = folder } };

    /// <summary>Files that are read for every recording, with the names of their options.</summary>
    public IEnumerable<(string Name, string? Path)> SideFiles =>
    [
        ("--init-templates", Start.TemplatesPath), ("--init-activations", Start.ActivationsPath),
        .. Grouping?.ExamplePaths.Select(example => ("--example", (string?)example)) ?? [],
        .. Dictionaries?.Files.Select(file => ("--dictionary", (string?)file.Path)) ?? [],
    ];

    /// <summary>True when progress and warnings are printed.</summary>
    public bool IsTalkative => Verbosity is Verbosity.Normal or Verbosity.Json;

    /// <summary>True when the result is printed as JSON.</summary>
    public bool PrintsJson => Verbosity is Verbosity.Json or Verbosity.QuietJson;
}
