using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace GpuNmf.Cli.Output;

/// <summary>JSON as the program writes it: indented, line feeds, properties in the order in which they were added.</summary>
internal static class JsonText
{
    // The text goes to files and terminals, never into a web page: umlauts in file names stay readable.
    private static readonly JsonSerializerOptions Style = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The document with a line feed at its end.</summary>
    public static string Write(JsonNode document) => document.ToJsonString(Style) + "\n";

    /// <summary>A number in its shortest form that reads back the same; null where JSON has no number for it.</summary>
    public static JsonNode? Number(double? value) => value is { } v && double.IsFinite(v) ? JsonValue.Create(v) : null;
}
