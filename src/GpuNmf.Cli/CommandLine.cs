using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using GpuNmf.Cli.Commands;
using GpuNmf.Cli.Errors;
using GpuNmf.Cli.Output;

namespace GpuNmf.Cli;

/// <summary>The program without its process: arguments and streams in, exit code out.</summary>
internal static class CommandLine
{
    /// <summary>Runs one command line; never throws.</summary>
    /// <param name="args">Arguments without the program's name.</param>
    /// <param name="stdout">Receives results: the summary, the device list or one JSON document.</param>
    /// <param name="stderr">Receives progress, warnings and errors.</param>
    /// <param name="engine">Does the work.</param>
    /// <param name="cancellation">Stops the command; the exit code is then <see cref="ExitCodes.Cancelled"/>.</param>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static int Run(IReadOnlyList<string> args, TextWriter stdout, TextWriter stderr, IEngine engine, CancellationToken cancellation = default)
    {
        var context = new CommandContext(stdout, stderr, engine, cancellation);
        try
        {
            // A file called @song.wav is a file, and -k is no bundle of switches.
            var parsing = new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false };
            ParseResult parsed = CreateRoot(context).Parse(args, parsing);
            bool informs = parsed.Action is HelpPages or VersionAction;
            if (!informs && UsageErrors.Find(parsed, args) is { } error) throw new CliException(ExitCodes.Usage, error);
            var invocation = new InvocationConfiguration
            {
                Output = stdout,
                Error = stderr,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            if (!informs) return parsed.Invoke(invocation);
            context.Print(_ => parsed.Invoke(invocation));
            return ExitCodes.Ok;
        }
#pragma warning disable CA1031 // The outermost frame: whatever went wrong becomes one line and an exit code.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Failure failure = ErrorMessages.Describe(exception);
            stderr.TryWriteLine($"{ProgramInfo.Name}: {failure.Message}");
            ErrorMessages.Trace(stderr, failure, exception);
            return failure.ExitCode;
        }
    }

    private static RootCommand CreateRoot(CommandContext context)
    {
        var root = new RootCommand("Separates recordings into their parts by non-negative matrix factorisation, on a GPU or on all cores.");
        root.Directives.Clear();
        root.Options.OfType<VersionOption>().Single().Action = new VersionAction();
        root.Add(SeparateCommand.Create(context));
        root.Add(SweepCommand.Create(context));
        root.Add(LearnCommand.Create(context));
        root.Add(DevicesCommand.Create(context));
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpPages((HelpAction)help.Action!);
        return root;
    }

    private sealed class VersionAction : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine($"{ProgramInfo.Name} {ProgramInfo.Version}");
            return ExitCodes.Ok;
        }
    }
}
