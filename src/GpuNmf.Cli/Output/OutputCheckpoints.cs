using GpuNmf.Checkpoints;
using GpuNmf.Cli.Errors;

namespace GpuNmf.Cli.Output;

/// <summary>The checkpoints in a folder of unfinished work; what the disk refuses is the output's error.</summary>
/// <param name="folder">Where they lie.</param>
internal sealed class OutputCheckpoints(string folder) : ICheckpointStore
{
    private readonly CheckpointFile _file = new(Path.Combine(folder, OutputFiles.Checkpoint));

    /// <summary>True where there is one.</summary>
    public bool Exist => _file.Exists;

    public Stream? Open() => Refusing(_file.Open);

    public void Save(Action<Stream> write) => Refusing(() =>
    {
        _file.Save(write);
        return 0;
    });

    private T Refusing<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Output, $"cannot write to '{folder}': {exception.Message}", exception);
        }
    }
}
