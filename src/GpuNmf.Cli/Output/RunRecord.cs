using GpuNmf.Audio;
using GpuNmf.Cli.Commands;

namespace GpuNmf.Cli.Output;

/// <summary>The recording as it was read.</summary>
/// <param name="FileName">Without its folder.</param>
/// <param name="Encoding">How its samples are stored.</param>
/// <param name="SampleRateHz">Sampling rate in hertz.</param>
/// <param name="Channels">Number of channels.</param>
/// <param name="Length">Sample frames that were read.</param>
/// <param name="Sha256">Of the file's bytes, in lower-case hexadecimal digits.</param>
internal sealed record RecordingInfo(string FileName, string Encoding, int SampleRateHz, int Channels, long Length, string Sha256);

/// <summary>Everything that the documents and the summary are made of.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Recording">What was read.</param>
/// <param name="Result">What was found.</param>
/// <param name="Stems">What was written, in the order of the components, or of the sources where they were grouped.</param>
/// <param name="Components">The components that were written beside sources.</param>
/// <param name="Warnings">One sentence each.</param>
internal sealed record RunRecord(
    SeparateRequest Request, RecordingInfo Recording, SeparationResult Result, IReadOnlyList<StemFileInfo> Stems, IReadOnlyList<StemFileInfo> Components, IReadOnlyList<string> Warnings);
