namespace GpuNmf.Nmf;

/// <summary>What random numbers are for, the last word of <see cref="Philox"/>'s counter: no two uses of a seed share a number.</summary>
internal enum RandomStream : uint
{
    StartTemplates = 0,
    StartActivations = 1,
    Sketch = 2,
    FilledTemplates = 3,
    FilledActivations = 4,
    FrameSample = 5,
    ClusterCentres = 6,
    SweepOrder = 7,
}
