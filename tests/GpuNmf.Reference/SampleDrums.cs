namespace GpuNmf.Reference;

/// <summary>The recording in <c>samples/drums.wav</c>: a few bars of the drum machine, in 16 bits.</summary>
public static class SampleDrums
{
    /// <summary>Chooses the pattern; a change of it, or of the drum machine, asks for the file to be written anew.</summary>
    public const ulong Seed = 2026;

    /// <summary>Sampling rate in hertz.</summary>
    public const int SampleRateHz = 44100;

    /// <summary>Length in seconds.</summary>
    public const int Seconds = 6;

    /// <summary>Renders the recording and its parts.</summary>
    public static DrumRecording Render() => new DrumMachine(Seed, SampleRateHz).Render(Seconds * SampleRateHz);
}
