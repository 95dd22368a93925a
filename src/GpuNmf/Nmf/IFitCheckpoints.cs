namespace GpuNmf.Nmf;

/// <summary>Keeps where a factorisation stands, so that another process can go on from there with the same bits.</summary>
internal interface IFitCheckpoints
{
    /// <summary>True when it is time to save.</summary>
    bool IsDue { get; }

    /// <summary>Keeps the batch at work, in place of what was kept before.</summary>
    /// <param name="batch">Writes it.</param>
    void Save(Action<BinaryWriter> batch);

    /// <summary>The batch that an earlier process was at, once; null if there is none. The caller disposes the reader before anything is saved.</summary>
    BinaryReader? Take();
}
