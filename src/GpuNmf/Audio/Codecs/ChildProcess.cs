using System.ComponentModel;
using System.Diagnostics;

namespace GpuNmf.Audio.Codecs;

/// <summary>How another program ended.</summary>
/// <param name="Program">Its name.</param>
/// <param name="ExitCode">0 is success; 128 and the signal's number where a signal ended it; 127 where it could not be started, as in shells.</param>
/// <param name="Errors">What it wrote to its standard error.</param>
internal sealed record ChildEnd(string Program, int ExitCode, ErrorOutput Errors)
{
    /// <summary>For messages: how it ended, and its last words.</summary>
    /// <param name="path">The file that it worked on, which it names before each of its reasons.</param>
    public string Describe(string path)
    {
        string how = ExitCode is > 128 and < 160 ? $"{Program} was ended by signal {ExitCode - 128}" : $"{Program} ended with status {ExitCode}";
        string reason = Errors.Last.Replace(CommandLineText.FileUrl(path) + ": ", "", StringComparison.Ordinal);
        return reason.Length == 0 ? how : $"{how} ({reason})";
    }
}

/// <summary>Another program that is run to its end, and never survives it: not an error here, not a cancellation.</summary>
internal static class ChildProcess
{
    private const int CannotBeStarted = 127;

    /// <summary>Ctrl-C goes to the child as well, which may end before this process has heard of it.</summary>
    private static readonly TimeSpan s_newsOfCtrlC = TimeSpan.FromMilliseconds(200);

    /// <summary>Runs a program without input.</summary>
    /// <param name="program">Its absolute path.</param>
    /// <param name="arguments">In one line, quoted (see <see cref="CommandLineText"/>).</param>
    /// <param name="read">Reads the standard output to its end; an exception of it ends the program.</param>
    /// <param name="cancellation">Ends the program, and what that has started.</param>
    /// <exception cref="OperationCanceledException">The token was set; the program has ended.</exception>
    public static ChildEnd Run(string program, string arguments, Action<Stream> read, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        string name = Path.GetFileNameWithoutExtension(program);
        using Process child = Prepare(program, arguments);
        try
        {
            child.Start();
        }
        catch (Win32Exception exception)
        {
            return new ChildEnd(name, CannotBeStarted, ErrorOutput.Of(exception.Message));
        }
        using (cancellation.Register(() => End(child)))
        {
            // Both streams are read at once: a program that fills one of them waits.
            Task<ErrorOutput> errors = Task.Factory.StartNew(
                () => ErrorOutput.Read(child.StandardError), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            try
            {
                child.StandardInput.Close();
                read(child.StandardOutput.BaseStream);
            }
            catch
            {
                End(child);
                child.WaitForExit();
                cancellation.ThrowIfCancellationRequested();
                throw;
            }
            child.WaitForExit();
            if (child.ExitCode != 0) cancellation.WaitHandle.WaitOne(s_newsOfCtrlC);
            cancellation.ThrowIfCancellationRequested();
            return new ChildEnd(name, child.ExitCode, errors.GetAwaiter().GetResult());
        }
    }

    private static Process Prepare(string program, string arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            CreateNoWindow = true,
        };
        start.Environment["AV_LOG_FORCE_NOCOLOR"] = "1";
        return new Process { StartInfo = start };
    }

    private static void End(Process child)
    {
        try
        {
            child.Kill(entireProcessTree: true);
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended by itself.
        }
    }
}
