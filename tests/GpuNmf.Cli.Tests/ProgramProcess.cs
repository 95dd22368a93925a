using System.Diagnostics;
using System.Globalization;

namespace GpuNmf.Cli.Tests;

/// <summary>The built program in a process of its own, with the real engine.</summary>
internal sealed class ProgramProcess : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly Task<string> _stdout;
    private readonly List<string> _stderr = [];
    private readonly TaskCompletionSource _stderrEnd = new();

    private ProgramProcess(string? searchPath, string[] args, string? folder = null)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "GpuNmf.Cli.dll"));
        foreach (string arg in args) start.ArgumentList.Add(arg);
        if (searchPath is not null) start.Environment["PATH"] = searchPath;
        _process = new Process { StartInfo = start };
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null) _stderrEnd.TrySetResult();
            else lock (_stderr) _stderr.Add(line.Data);
        };
        _process.Start();
        _process.BeginErrorReadLine();
        _stdout = _process.StandardOutput.ReadToEndAsync();
    }

    /// <summary>True when children of this process start with SIGINT ignored.</summary>
    public static bool InheritsIgnoredInterrupt
    {
        get
        {
            const string Mask = "SigIgn:";
            if (!File.Exists("/proc/self/status")) return false;
            string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith(Mask, StringComparison.Ordinal));
            ulong ignored = ulong.Parse(line.AsSpan(Mask.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            return (ignored & 0b10) != 0;      // bit n - 1 is signal n, and SIGINT is 2
        }
    }

    public static ProgramProcess Start(params string[] args) => new(null, args);

    /// <summary>With another PATH, for the programs that it starts.</summary>
    public static ProgramProcess StartOn(string searchPath, params string[] args) => new(searchPath, args);

    public static async Task<CliRun> Run(params string[] args)
    {
        using ProgramProcess program = Start(args);
        return await program.End();
    }

    /// <summary>In a folder that relative paths begin at.</summary>
    public static async Task<CliRun> RunIn(string folder, params string[] args)
    {
        using var program = new ProgramProcess(null, args, folder);
        return await program.End();
    }

    /// <summary>As <see cref="StartOn"/>, to the end.</summary>
    public static async Task<CliRun> RunOn(string searchPath, params string[] args)
    {
        using ProgramProcess program = StartOn(searchPath, args);
        return await program.End();
    }

    /// <summary>Waits for a file that something the program has started writes.</summary>
    public async Task WaitForFile(string path)
    {
        while (!File.Exists(path))
        {
            Assert.False(_process.HasExited, $"The program ended before there was {path}; stderr: {Stderr}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits for a line on stderr that holds a text.</summary>
    public async Task WaitForProgress(string text)
    {
        var waited = Stopwatch.StartNew();
        while (!Stderr.Contains(text, StringComparison.Ordinal))
        {
            Assert.False(_process.HasExited, $"The program ended before '{text}'; stderr: {Stderr}");
            Assert.True(waited.Elapsed < Limit, $"No '{text}' within {Limit}; stderr: {Stderr}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Sends a signal, such as INT.</summary>
    public void Signal(string name)
    {
        using Process kill = Process.Start("kill", [$"-{name}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Ends it at once, whatever it is at (SIGKILL); it may have ended before.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Waits for the end.</summary>
    public async Task<CliRun> End()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        await _process.WaitForExitAsync(limit.Token);
        await _stderrEnd.Task.WaitAsync(limit.Token);
        return new CliRun(_process.ExitCode, await _stdout, Stderr);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    private string Stderr
    {
        get
        {
            lock (_stderr) return string.Join('\n', _stderr);
        }
    }
}
