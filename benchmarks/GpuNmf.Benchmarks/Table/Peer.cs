using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace GpuNmf.Benchmarks.Table;

/// <summary>
/// Another program that takes turns with this one: a script of the folder peers. It does its share of the check, says so in a line of
/// JSON, and then waits for turns: a line with a number of samples in, a line of JSON with their milliseconds out.
/// </summary>
internal sealed class Peer : IDisposable
{
    /// <summary>For getting ready, compilers included, and for a turn.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    private readonly Process _process;
    private readonly string _script;
    private readonly LastLine _errors;

    private Peer(Process process, string script, LastLine errors)
    {
        _process = process;
        _script = script;
        _errors = errors;
        Ready = ReadLine();
    }

    /// <summary>What it said when it was ready: program, version, and whatever else its results belong to.</summary>
    internal JsonObject Ready { get; }

    internal string Program => Ready["program"]?.GetValue<string>() ?? _script;

    /// <exception cref="PeerMissingException">It ended before it was ready, such as without its packages.</exception>
    internal static Peer Start(string script, params string[] arguments)
    {
        var (process, errors) = Launch(script, arguments);
        try
        {
            return new Peer(process, script, errors);
        }
        catch
        {
            End(process);
            throw;
        }
    }

    /// <summary>Runs a script to its end and parses its last line.</summary>
    internal static JsonObject Once(string script, params string[] arguments)
    {
        var (process, errors) = Launch(script, arguments);
        using (process)
        {
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0) throw new PeerMissingException($"{script}: {errors}");
            return Parse(output.TrimEnd().Split('\n')[^1], script);
        }
    }

    /// <summary>Milliseconds of each of some samples.</summary>
    internal double[] Turn(int samples)
    {
        _process.StandardInput.WriteLine(samples.ToString(CultureInfo.InvariantCulture));
        _process.StandardInput.Flush();
        return [.. ReadLine()["milliseconds"]!.AsArray().Select(ms => ms!.GetValue<double>())];
    }

    public void Dispose() => End(_process);

    private static (Process Process, LastLine Errors) Launch(string script, string[] arguments)
    {
        try
        {
            var process = Process.Start(StartInfo(script, arguments)) ?? throw new PeerMissingException($"{script}: did not start");
            return (process, new LastLine(process));
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new PeerMissingException($"{PeerFolder.Python} does not start: {exception.Message}");
        }
    }

    private static ProcessStartInfo StartInfo(string script, string[] arguments)
    {
        string path = Path.Combine(PeerFolder.Path, script);
        if (!File.Exists(path)) throw new PeerMissingException($"there is no {path}");
        var start = new ProcessStartInfo(PeerFolder.Python, [path, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        // Some machines fix these for old builds; the peer may choose the best kernels for the processor, as long as they are right.
        start.Environment.Remove("OPENBLAS_CORETYPE");
        start.Environment.Remove("OPENBLAS_L2_SIZE");
        return start;
    }

    private static void End(Process process)
    {
        if (!process.HasExited)
        {
            process.StandardInput.Close();
            if (!process.WaitForExit(10_000)) process.Kill(entireProcessTree: true);
        }
        process.Dispose();
    }

    private static JsonObject Parse(string line, string script) =>
        JsonNode.Parse(line) as JsonObject ?? throw new PeerMissingException($"{script} said '{line}'");

    private JsonObject ReadLine()
    {
        var reading = _process.StandardOutput.ReadLineAsync();
        if (!reading.Wait(s_patience))
        {
            _process.Kill(entireProcessTree: true);
            throw new PeerMissingException($"{_script}: no answer for {s_patience.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s");
        }
        if (reading.Result is { } line) return Parse(line, _script);
        _process.WaitForExit();
        throw new PeerMissingException($"{_script}: {_errors}");
    }
}

/// <summary>What a program wrote last to its standard error, which is passed on; mostly the reason why it ended.</summary>
internal sealed class LastLine
{
    private string _line = "ended without a word";

    internal LastLine(Process process)
    {
        process.ErrorDataReceived += (_, data) =>
        {
            if (string.IsNullOrWhiteSpace(data.Data)) return;
            _line = data.Data;
            Console.Error.WriteLine(data.Data);
        };
        process.BeginErrorReadLine();
    }

    public override string ToString() => _line;
}

/// <summary>A peer cannot run here.</summary>
internal sealed class PeerMissingException(string message) : Exception(message);
