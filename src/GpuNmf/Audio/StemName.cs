namespace GpuNmf.Audio;

/// <summary>What the stems of a sink are, which is part of their files' names.</summary>
public enum StemName
{
    /// <summary><c>component-01.wav</c>: two digits at least.</summary>
    Component,

    /// <summary><c>source-1.wav</c>.</summary>
    Source,
}
