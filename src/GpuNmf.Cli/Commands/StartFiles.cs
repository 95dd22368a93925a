using GpuNmf.Cli.Errors;
using GpuNmf.Files;

namespace GpuNmf.Cli.Commands;

/// <summary>A start of the factors read from files, as far as the user gives one.</summary>
/// <param name="TemplatesPath">As the user wrote it; null is a random start.</param>
/// <param name="Templates">Bins x components.</param>
/// <param name="ActivationsPath">As the user wrote it; null is a random start.</param>
/// <param name="Activations">Components x columns.</param>
internal sealed record StartFiles(string? TemplatesPath, float[,]? Templates, string? ActivationsPath, float[,]? Activations)
{
    /// <exception cref="CliException">A file cannot be read, or holds a value that no factor may have.</exception>
    public static StartFiles Read(string? templatesPath, string? activationsPath) => new(
        templatesPath, templatesPath is null ? null : ReadFactor("--init-templates", templatesPath),
        activationsPath, activationsPath is null ? null : ReadFactor("--init-activations", activationsPath));

    /// <summary>The rank that the option and the files agree on.</summary>
    /// <param name="rank">The value of <c>--rank</c> or its default.</param>
    /// <param name="isGiven">True when the user wrote it.</param>
    /// <exception cref="CliException">They do not agree.</exception>
    public int ResolveRank(int rank, bool isGiven)
    {
        int? columns = Templates?.GetLength(1);
        int? rows = Activations?.GetLength(0);
        if (isGiven && columns is { } k && k != rank)
            throw Contradiction($"--rank is {rank} and --init-templates {Name(TemplatesPath)} has {k} columns", "leave --rank out or take another file");
        if (columns is { } w && rows is { } h && w != h)
            throw Contradiction($"--init-templates {Name(TemplatesPath)} has {w} columns and --init-activations {Name(ActivationsPath)} has {h} rows", "they must be equal");
        if (isGiven && rows is { } r && r != rank)
            throw Contradiction($"--rank is {rank} and --init-activations {Name(ActivationsPath)} has {r} rows", "leave --rank out or take another file");
        if (columns is < 1 or > 256) throw OfNoRank("--init-templates", TemplatesPath, "columns", Templates!, "bins x components");
        if (rows is < 1 or > 256) throw OfNoRank("--init-activations", ActivationsPath, "rows", Activations!, "components x frames");
        return columns ?? rows ?? rank;
    }

    private static CliException OfNoRank(string option, string? path, string side, float[,] values, string shape) => new(ExitCodes.Input,
        $"{option} {Name(path)} is {values.GetLength(0)} x {values.GetLength(1)}; its {side} are the components, 1..256, and {shape} is expected (is it transposed?)");

    /// <summary>Checks the sizes that depend on the framing and the recording.</summary>
    /// <param name="bins">Frequency bins F.</param>
    /// <param name="columns">Columns of the activations: frames, or frames x channels when stacked.</param>
    /// <exception cref="CliException">A file has another shape.</exception>
    public void RequireShape(int bins, long columns)
    {
        if (Templates is { } w && w.GetLength(0) != bins)
            throw new CliException(ExitCodes.Input, $"--init-templates {Name(TemplatesPath)} has {w.GetLength(0)} rows; expected {bins}, one a frequency bin (n-fft / 2 + 1)");
        if (Activations is { } h && h.GetLength(1) != columns)
            throw new CliException(ExitCodes.Input, $"--init-activations {Name(ActivationsPath)} has {h.GetLength(1)} columns; expected {columns}, one a frame of this recording");
    }

    private static float[,] ReadFactor(string option, string path)
    {
        NamedFile.Require(option, path);
        float[,] values;
        try
        {
            values = NpyFile.Read(path);
        }
        catch (NotSupportedException exception)
        {
            throw new CliException(ExitCodes.Input, $"{option} '{path}' is a pipe or device and cannot be read twice; save it to a file first", exception);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            bool isMissing = exception is FileNotFoundException or DirectoryNotFoundException;
            throw new CliException(ExitCodes.Input, isMissing ? $"{option} '{path}': no such file" : $"{option} '{path}': {exception.Message}", exception);
        }
        for (int i = 0; i < values.GetLength(0); i++)
            for (int j = 0; j < values.GetLength(1); j++)
                if (!(values[i, j] >= 0 && float.IsFinite(values[i, j])))
                    throw new CliException(ExitCodes.Input, FormattableString.Invariant($"{option} '{path}' holds {values[i, j]} in row {i}, column {j}; every value must be finite and not negative"));
        return values;
    }

    private static CliException Contradiction(string facts, string wayOut) => new(ExitCodes.Usage, $"{facts}; {wayOut}");

    private static string Name(string? path) => $"'{Path.GetFileName(path)}'";
}
