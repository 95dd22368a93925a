using System.Text.Json;
using System.Text.Json.Nodes;
using GpuNmf.Cli.Errors;

namespace GpuNmf.Cli.Output;

/// <summary>A complete folder that a separation has left before.</summary>
/// <param name="Folder">Absolute.</param>
/// <param name="Document">Its <c>result.json</c> with <c>paths</c> and <c>timings</c>, as <c>--json</c> prints it.</param>
internal sealed record FinishedFolder(string Folder, JsonObject Document)
{
    /// <summary>The folder, if it is complete and of a file of this name and content; null where nothing stands there.</summary>
    /// <param name="folder">As the user wrote it.</param>
    /// <param name="inputPath">The recording. No option is compared.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="CliException">Something else stands there.</exception>
    /// <exception cref="OperationCanceledException">The token was set.</exception>
    public static FinishedFolder? Find(string folder, string inputPath, CancellationToken cancellation)
    {
        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (!Directory.Exists(target)) return null;
        try
        {
            if (Read(target, OutputFiles.Result) is not { } result || Read(target, OutputFiles.Timings) is not { } timings || !OwnFolder.IsOwn(target))
                throw Refuse(target, $"is no complete separation of {ProgramInfo.Name}'s");
            string? name = result["input"]?["file"]?.GetValue<string>();
            if (name != Path.GetFileName(inputPath)) throw Refuse(target, $"holds the parts of '{name}'");
            string[] stems = NamesOf(result, "stems"), components = NamesOf(result, "components");
            if (stems.Concat(components).Concat(OutputFiles.Fixed).FirstOrDefault(file => !File.Exists(Path.Combine(target, file))) is { } missing)
                throw Refuse(target, $"is not complete: '{missing}' is missing");
            if (result["input"]?["sha256"]?.GetValue<string>() != FileHash.Of(inputPath, cancellation)) throw Refuse(target, $"holds the parts of another '{name}', or of what it was before it changed");
            return new FinishedFolder(target, ResultDocument.WithPaths(result, timings, target, stems, components));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or FormatException)
        {
            throw Refuse(target, $"cannot be read: {exception.Message}", exception);
        }
    }

    private static JsonObject? Read(string folder, string file) =>
        File.Exists(Path.Combine(folder, file)) ? JsonNode.Parse(File.ReadAllText(Path.Combine(folder, file))) as JsonObject : null;

    private static string[] NamesOf(JsonObject result, string list) => [.. (result[list] as JsonArray ?? []).Select(stem => stem?["file"]?.GetValue<string>() ?? throw new FormatException($"a file of {list} has no name"))];

    private static CliException Refuse(string folder, string why, Exception? cause = null) =>
        new(ExitCodes.Output, $"--out '{folder}' exists already and {why}; choose another name, or replace it with --force instead of --skip-existing if {ProgramInfo.Name} wrote it", cause);
}
