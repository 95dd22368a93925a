using System.Text.Json;
using System.Text.Json.Nodes;
using GpuNmf.Cli.Commands;
using GpuNmf.Cli.Errors;
using GpuNmf.Sweep;

namespace GpuNmf.Cli.Sweeping;

/// <summary>What the models of a sweep belong to; only models of the same can be mixed.</summary>
/// <param name="request">The command line.</param>
/// <param name="inputHash">SHA-256 of the input file.</param>
internal sealed class SweepIdentity(SweepRequest request, string inputHash)
{
    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    /// <summary>It all as JSON.</summary>
    public JsonObject Document(SweepSetting setting) => new()
    {
        ["program"] = ProgramInfo.Name,
        ["version"] = ProgramInfo.Version,
        ["inputSha256"] = inputHash,
        ["parameters"] = SweepDocument.Parameters(request),
        ["device"] = SweepDocument.Device(setting.DeviceId, setting.DeviceName, setting.Kind),
    };

    /// <summary>Compares this sweep with the one that was begun.</summary>
    /// <param name="begun">The document that was written then.</param>
    /// <param name="mine">That of now.</param>
    /// <param name="folder">Where the work lies, for the message.</param>
    /// <exception cref="CliException">They differ; the first difference is named.</exception>
    public static void RequireSame(string begun, JsonObject mine, string folder)
    {
        JsonObject? theirs = Parse(begun);
        if (theirs is null) throw Refuse(folder, "its description cannot be read");
        if (Text(theirs, "version") != Text(mine, "version")) throw Different(folder, "the version", Text(mine, "version"), Text(theirs, "version"));
        if (Text(theirs, "inputSha256") != Text(mine, "inputSha256")) throw Refuse(folder, "INPUT is another recording");
        JsonObject parameters = mine["parameters"]!.AsObject(), device = mine["device"]!.AsObject();
        foreach ((string name, _) in parameters)
            if (Text(theirs["parameters"], name) is var then && Text(parameters, name) is var now && then != now)
                throw Different(folder, OptionOf(name), now, then);
        foreach ((string name, _) in device)
            if (Text(theirs["device"], name) is var then && Text(device, name) is var now && then != now)
                throw Different(folder, $"the device's {name}", now, then);
    }

    private static JsonObject? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: s_strict) as JsonObject;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;      // the latter for names that are half a surrogate pair
        }
    }

    /// <summary>A value as a user would write it.</summary>
    private static string Text(JsonNode? node, string name)
    {
        try
        {
            return (node as JsonObject)?[name] switch
            {
                null => "not given",
                JsonArray array => string.Join(',', array.Select(value => value?.ToString())),
                var value => value.ToString(),
            };
        }
        catch (InvalidOperationException)
        {
            return "unreadable";      // half of a surrogate pair is JSON and no text
        }
    }

    /// <summary>nFft is <c>--n-fft</c>, startSeconds <c>--start</c>.</summary>
    private static string OptionOf(string name) => "--" + string.Concat(name.Replace("Seconds", "", StringComparison.Ordinal).Select(c => char.IsAsciiLetterUpper(c) ? $"-{char.ToLowerInvariant(c)}" : c.ToString()));

    private static CliException Different(string folder, string what, string now, string then) =>
        Refuse(folder, $"{what} is {now} and was {then} when it was begun");

    private static CliException Refuse(string folder, string reason) => new(
        ExitCodes.Usage, $"the sweep in '{folder}' cannot be gone on with: {reason}; repeat that command line, or begin anew with --force and without --resume");
}
