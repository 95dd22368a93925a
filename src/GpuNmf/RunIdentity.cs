using System.Collections;
using System.Globalization;
using System.IO.Hashing;
using System.Reflection;
using System.Text.Json;
using GpuNmf.Audio;
using GpuNmf.Checkpoints;
using GpuNmf.Devices;

namespace GpuNmf;

/// <summary>What the bits of a separation depend on beside the samples: every option, the recording's format, the kind of device and the version of the library.</summary>
internal sealed class RunIdentity
{
    private readonly SortedDictionary<string, string> _values;

    private RunIdentity(SortedDictionary<string, string> values) => _values = values;

    internal static RunIdentity Of(DeviceSession session, IAudioSource recording, SeparationOptions options)
    {
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["SampleRateHz"] = Text(recording.SampleRateHz),
            ["RecordingChannels"] = Text(recording.Channels),
            ["Length"] = Text(recording.Length),
            ["Kind"] = session.Kind,
            ["Device"] = session.Entry.Name,
            ["Version"] = typeof(RunIdentity).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
        };
        foreach (object? part in (object?[])[options.Stft, options.Nmf, options.Reconstruction, options.Grouping])
            foreach (var property in part?.GetType().GetProperties().Where(property => property.CanWrite) ?? [])
                values.Add(property.Name, Text(property.GetValue(part)));
        return new RunIdentity(values);
    }

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    internal static RunIdentity Parse(string json) => new(JsonSerializer.Deserialize<SortedDictionary<string, string>>(json)!);

    internal string ToJson() => JsonSerializer.Serialize(_values);

    /// <summary>Refuses another run.</summary>
    /// <param name="kept">That of a checkpoint.</param>
    /// <exception cref="CheckpointException">They differ; the message says in what.</exception>
    internal void Require(RunIdentity kept)
    {
        string[] names = [.. _values.Keys.Union(kept._values.Keys).Where(name => Of(name) != kept.Of(name))];
        if (names.Length == 0) return;
        string differences = string.Join(", ", names.Select(name => $"{name} is {kept.Of(name)} there and {Of(name)} here"));
        throw new CheckpointException($"The checkpoint is of another run: {differences}. Repeat that run's options, or begin anew without it.");
    }

    private string Of(string name) => _values.GetValueOrDefault(name, "absent");

    private static string Text(object? value) => value switch
    {
        null => "none",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        Array array => $"{string.Join(" x ", Enumerable.Range(0, array.Rank).Select(array.GetLength))} values of hash {Hash(array)}",
        // Recordings and sinks are the caller's own; how many there are is all that can be told.
        IEnumerable<IAudioSource> sources => $"{sources.Count()} recordings",
        IStemSink => "a sink",
        IEnumerable items and not string => string.Join(" ", items.Cast<object?>().Select(Text)),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private static string Hash(Array array)
    {
        var bytes = new byte[Buffer.ByteLength(array)];
        Buffer.BlockCopy(array, 0, bytes, 0, bytes.Length);
        return Convert.ToHexStringLower(XxHash128.Hash(bytes));
    }
}
