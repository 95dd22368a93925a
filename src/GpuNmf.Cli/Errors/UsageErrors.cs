using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using GpuNmf.Cli.Commands;

namespace GpuNmf.Cli.Errors;

/// <summary>What is wrong with a command line, in one line; the parser's own wording and its page of help are not used.</summary>
internal static class UsageErrors
{
    /// <summary>The first thing that is wrong, or null.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="args">As it was given.</param>
    public static string? Find(ParseResult parsed, IReadOnlyList<string> args)
    {
        Command command = parsed.CommandResult.Command;
        if (command is RootCommand) return NoCommand(parsed, command);
        string see = See(command);
        return FindUnknownOption(parsed, command, args, see)
            ?? FindValueOfFlag(command, args, see)
            ?? FindBadArity(parsed, see)
            ?? FindSurplus(parsed, command, see)
            ?? FindMissing(parsed, command, see)
            ?? (parsed.Errors.Count > 0 ? ErrorMessages.OneLine(parsed.Errors[0].Message) + see : null);
    }

    private static string NoCommand(ParseResult parsed, Command root)
    {
        string[] names = [.. root.Subcommands.Select(c => c.Name)];
        string rule = $"the commands are {string.Join(", ", names[..^1])} and {names[^1]}; see '{ProgramInfo.Name} --help'";
        if (parsed.UnmatchedTokens is not [var first, ..]) return $"no command given; {rule}";
        return $"'{first}' is no command{Spelling.Suggest(first, names)}; {rule}";
    }

    // The parser hands an unknown "--x" to the next argument that still takes a value; so look at the tokens themselves.
    private static string? FindUnknownOption(ParseResult parsed, Command command, IReadOnlyList<string> args, string see)
    {
        string[] known = [.. command.Options.SelectMany(o => o.Aliases.Append(o.Name)), "--help"];
        Token? before = null;
        foreach (Token token in parsed.Tokens)
        {
            if (token.Type == TokenType.DoubleDash) return null;
            // What stands behind "=" is no word of its own, and may begin as it likes.
            if (token.Type == TokenType.Argument && token.Value.Length > 1 && token.Value[0] == '-' && !IsNumber(token.Value) && args.Contains(token.Value))
            {
                string name = token.Value.Split('=', ':')[0];
                return known.Contains(name) && before is { Type: TokenType.Option } && command.Options.FirstOrDefault(o => o.Name == before.Value) is { } hungry
                    ? NeedsValue(hungry, see)
                    : $"unknown option '{name}'{Spelling.Suggest(name, known)}{see}";
            }
            before = token;
        }
        return null;
    }

    // The parser takes the value off, for the next argument.
    private static string? FindValueOfFlag(Command command, IReadOnlyList<string> args, string see)
    {
        foreach (string arg in args.TakeWhile(arg => arg != "--"))
            if (arg.IndexOfAny(['=', ':']) is > 0 and int at && command.Options.FirstOrDefault(option => option.ValueType == typeof(bool) && option.Name == arg[..at]) is { } flag)
                return $"{flag.Name} takes no value; '{arg[(at + 1)..]}' is given{see}";
        return null;
    }

    private static string? FindBadArity(ParseResult parsed, string see)
    {
        foreach (OptionResult result in parsed.CommandResult.Children.OfType<OptionResult>())
        {
            Option option = result.Option;
            if (result.Implicit) continue;
            if (result.IdentifierTokenCount > 1 && option.Arity.MaximumNumberOfValues <= 1) return $"{option.Name} is given {result.IdentifierTokenCount} times; give it once{see}";
            if (option.Arity.MinimumNumberOfValues > 0 && result.Tokens.Count == 0)
                return NeedsValue(option, see);
        }
        return null;
    }

    private static string? FindSurplus(ParseResult parsed, Command command, string see)
    {
        if (parsed.UnmatchedTokens is not [var first, ..]) return null;
        string takes = command.Arguments.Count == 0 ? "no argument" : $"one {command.Arguments[0].Name}";
        return $"'{first}' is one argument too many; {command.Name} takes {takes}{see}";
    }

    private static string? FindMissing(ParseResult parsed, Command command, string see)
    {
        foreach (Argument argument in command.Arguments)
            if (parsed.GetResult(argument) is not { Tokens.Count: > 0 })
                return $"{argument.Name} is missing: {argument.Description?.TrimEnd('.')}{see}";
        foreach (Option option in command.Options)
            if (option.Required && !parsed.IsGiven(option))
                return Missing(option, see);
        return null;
    }

    /// <summary>The error of an option that is needed here although the parser does not ask for it.</summary>
    public static CliException Missing(Option option, ParseResult parsed) => new(ExitCodes.Usage, Missing(option, See(parsed.CommandResult.Command)));

    private static string Missing(Option option, string see) => $"{option.Name} {option.HelpName} is missing: {option.Description?.TrimEnd('.')}{see}";

    private static string See(Command command) => $"; see '{ProgramInfo.Name} {command.Name} --help'";

    private static string NeedsValue(Option option, string see) => $"{option.Name} needs a value, {option.Name} {option.HelpName}{see}";

    private static bool IsNumber(string text) => double.TryParse(text.Split(',')[0], NumberStyles.Float, CultureInfo.InvariantCulture, out _);
}
