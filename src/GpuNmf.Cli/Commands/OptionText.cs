using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using GpuNmf.Cli.Errors;

namespace GpuNmf.Cli.Commands;

/// <summary>Options are texts to the parser and become values here, so that every wrong value is reported in the same words.</summary>
internal static class OptionText
{
    /// <summary>An option with one value.</summary>
    /// <param name="name">With its dashes.</param>
    /// <param name="valueName">What stands for the value in the help.</param>
    /// <param name="description">What it does, with unit and range.</param>
    /// <param name="fallback">The value when it is not given, shown in the help; null where there is none.</param>
    public static Option<string> Valued(string name, string valueName, string description, string? fallback = null)
    {
        var option = new Option<string>(name) { HelpName = valueName, Description = description, Arity = ArgumentArity.ExactlyOne };
        if (fallback is not null) option.DefaultValueFactory = _ => fallback;
        return option;
    }

    /// <summary>An option without a value.</summary>
    public static Option<bool> Flag(string name, string description) => new(name) { Description = description, Arity = ArgumentArity.Zero };

    /// <summary>True when the user wrote the option.</summary>
    public static bool IsGiven(this ParseResult parsed, Option option) => parsed.GetResult(option) is OptionResult { Implicit: false };

    /// <summary>The text of an option that has a default.</summary>
    public static string TextOf(this ParseResult parsed, Option<string> option) => parsed.GetValue(option)!;

    /// <summary>The text of an option, or null when it is not given and has no default.</summary>
    public static string? OptionalText(this ParseResult parsed, Option<string> option) => parsed.GetValue(option);

    /// <summary>A whole number; its range is the options record's business.</summary>
    public static int WholeNumber(this ParseResult parsed, Option<string> option, string rule) =>
        int.TryParse(parsed.TextOf(option), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
            ? value
            : throw Wrong(option, parsed.TextOf(option), rule);

    /// <summary>A whole number, or null when the option is not given.</summary>
    public static int? OptionalWholeNumber(this ParseResult parsed, Option<string> option, string rule) =>
        parsed.OptionalText(option) is null ? null : parsed.WholeNumber(option, rule);

    /// <summary>A finite number with a decimal point.</summary>
    public static double Number(this ParseResult parsed, Option<string> option, string rule) =>
        TryNumber(parsed.TextOf(option), out double value) ? value : throw Wrong(option, parsed.TextOf(option), rule);

    /// <summary>A finite number, or null when the option is not given.</summary>
    public static double? OptionalNumber(this ParseResult parsed, Option<string> option, string rule) =>
        parsed.OptionalText(option) is null ? null : parsed.Number(option, rule);

    /// <summary>One of a few words.</summary>
    public static T Choice<T>(this ParseResult parsed, Option<string> option, Word<T>[] words)
    {
        string text = parsed.TextOf(option);
        foreach (Word<T> word in words)
            if (word.Text == text) return word.Value;
        string[] choices = [.. words.Select(w => w.Text)];
        string rule = choices.Length == 1 ? $"the only choice is {choices[0]}" : $"the choices are {string.Join(", ", choices)}";
        throw new CliException(ExitCodes.Usage, $"{option.Name} is '{text}'; {rule}{Spelling.Suggest(text, choices)}");
    }

    /// <summary>Reads a finite number.</summary>
    public static bool TryNumber(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    /// <summary>The error of a value that breaks a rule.</summary>
    public static CliException Wrong(Option option, string value, string rule) =>
        new(ExitCodes.Usage, $"{option.Name} is '{value}'; it must be {rule}");
}
