namespace GpuNmf.Checkpoints;

/// <summary>Keeps the last checkpoint of one separation. Called from one thread at a time.</summary>
public interface ICheckpointStore
{
    /// <summary>The checkpoint that is kept, from its beginning; null if there is none. The caller disposes it before it saves.</summary>
    Stream? Open();

    /// <summary>Keeps a checkpoint in place of the one before, which stays until the new one is complete, whatever happens on the way.</summary>
    /// <param name="write">Writes it.</param>
    void Save(Action<Stream> write);
}
