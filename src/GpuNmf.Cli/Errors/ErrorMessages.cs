using System.Globalization;
using System.Text.RegularExpressions;
using GpuNmf.Audio;
using GpuNmf.Cli.Commands;
using GpuNmf.Cli.Output;
using GpuNmf.Devices;
using GpuNmf.Nmf.Blocks;

namespace GpuNmf.Cli.Errors;

/// <summary>How a command ended that did not succeed.</summary>
/// <param name="ExitCode">One of <see cref="ExitCodes"/>.</param>
/// <param name="Message">One line.</param>
internal readonly record struct Failure(int ExitCode, string Message);

/// <summary>The one place where exceptions become exit codes and lines of text.</summary>
internal static partial class ErrorMessages
{
    private const int MostCharacters = 2000;

    /// <summary>The engine speaks of C# properties; users know the options.</summary>
    private static readonly (string Property, string Option)[] OptionNames =
    [
        ("FftLength", "--n-fft"), ("HopLength", "--hop-length"), ("WindowLength", "--win-length"), ("Window", "--window"),
        ("Padding", "--pad-mode"), ("Sources", "--sources"), ("Ranks", "--ranks"), ("Betas", "--loss"), ("Rank", "--rank"), ("Beta", "--loss"), ("Exponent", "--exponent"), ("Solver", "--solver"), ("Restarts", "--restarts"),
        ("FixedTemplates", "--dictionary"), ("AdaptIterations", "--adapt"), ("MaxIterations", "--max-iter"), ("Tolerance", "--tol"), ("Initialization", "--init"), ("InitialTemplates", "--init-templates"),
        ("InitialActivations", "--init-activations"), ("AlphaTemplates", "--alpha-w"), ("AlphaActivations", "--alpha-h"), ("L1Ratio", "--l1-ratio"),
        ("TargetLoss", "--target-loss"), ("TimeLimit", "--time-limit"), ("Shuffle", "--shuffle"), ("MaskPower", "--mask-power"), ("Threads", "--threads"), ("LimitBytes", "--memory-limit"),
        ("Center", "--center true"), ("startSeconds", "--start"), ("durationSeconds", "--duration"),
    ];

    /// <summary>Exit code and message of whatever a command threw.</summary>
    public static Failure Describe(Exception exception) => exception switch
    {
        CliException e => new(e.ExitCode, OneLine(e.Message)),
        AggregateException { InnerExceptions: [var inner] } => Describe(inner),
        OperationCanceledException => new(ExitCodes.Cancelled, "stopped; nothing was written"),
        AudioFormatException => new(ExitCodes.Input, OneLine(exception.Message)),
        DeviceUnavailableException or DeviceMemoryException or DeviceLostException => new(ExitCodes.Device, InOptionNames(exception.Message)),
        OutOfMemoryException => new(ExitCodes.Device, "not enough memory; separate a shorter piece (--duration) or fewer components (--rank)"),
        SpoolException => new(ExitCodes.Output, $"{OneLine(exception.Message)} (--spectrogram recompute needs no disk)"),
        IOException or UnauthorizedAccessException => new(ExitCodes.Input, OneLine(exception.Message)),
        _ => new(ExitCodes.Internal, $"internal error, please report it: {exception.GetType().Name}: {OneLine(exception.Message)} (set {ProgramInfo.TraceVariable}=1 for the stack trace)"),
    };

    /// <summary>Writes where a defect is, if the user asks for it.</summary>
    internal static void Trace(TextWriter stderr, Failure failure, Exception exception)
    {
        if (failure.ExitCode == ExitCodes.Internal && Environment.GetEnvironmentVariable(ProgramInfo.TraceVariable) is { Length: > 0 })
            foreach (string line in exception.ToString().Split('\n')) stderr.TryWriteLine(line);
    }

    /// <summary>Calls the library with what the user wrote; an argument that it refuses is the user's error. Anywhere else it is a defect.</summary>
    /// <param name="exitCode">One of <see cref="ExitCodes"/>.</param>
    /// <param name="call">The call.</param>
    /// <param name="culprit">Stands before the message, such as a file's name.</param>
    /// <exception cref="CliException">The library refused.</exception>
    internal static T Refusing<T>(int exitCode, Func<T> call, string culprit = "")
    {
        try
        {
            return call();
        }
        catch (ArgumentException exception)
        {
            throw new CliException(exitCode, culprit + OptionMessage(exception), exception);
        }
    }

    /// <inheritdoc cref="Refusing{T}"/>
    internal static void Refusing(int exitCode, Action check) => Refusing(exitCode, () =>
    {
        check();
        return 0;
    });

    /// <summary>A text of the engine's in one line, with the options' names in place of the properties'.</summary>
    internal static string InOptionNames(string text)
    {
        text = OneLine(text);
        foreach ((string property, string option) in OptionNames)
        {
            text = text.Replace($"{property}, {option}", option, StringComparison.Ordinal);
            text = Regex.Replace(text, $@"(?<![\w-]){property}(?!\w)", option);
        }
        // Of a divergence that has a word, users know the word.
        text = text.Replace("beta 2 (Frobenius)", "--loss frobenius", StringComparison.Ordinal);
        return BetaIs().Replace(text, match =>
            LossWords.WordOf(double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)) is { } word ? $"this is --loss {word} (beta {match.Groups[1].Value})" : match.Value);
    }

    /// <summary>The message in the options' names, without .NET's trailers.</summary>
    private static string OptionMessage(ArgumentException exception)
    {
        string text = InOptionNames(Trailers().Replace(exception.Message, ""));
        string? culprit = OptionNames.FirstOrDefault(n => n.Property == exception.ParamName).Option;
        if (culprit is null) return text;
        if (exception is ArgumentOutOfRangeException { ActualValue: { } value } && text.StartsWith($"{culprit} must ", StringComparison.Ordinal))
            return string.Create(CultureInfo.InvariantCulture, $"{culprit} is {value}; it{text[culprit.Length..]}");
        return text.Contains(culprit, StringComparison.Ordinal) ? text : $"{culprit}: {text}";
    }

    /// <summary>
    /// A message is one line that can be read. Names of files and what was typed may hold line breaks, which become spaces, and sequences that
    /// control a terminal; of a text that fills a screen the middle is left out.
    /// </summary>
    internal static string OneLine(string text)
    {
        string line = Controls().Replace(text.Trim(), " ");
        return line.Length <= MostCharacters ? line : $"{line[..(MostCharacters / 2)]} ... {line[^(MostCharacters / 2)..]}";
    }

    [GeneratedRegex(@"\s*\(Parameter '[^']*'\)|\s*Actual value was [^\r\n]*")]
    private static partial Regex Trailers();

    [GeneratedRegex(@"\bbeta is (-?\d+(?:\.\d+)?(?:E[-+]?\d+)?)")]
    private static partial Regex BetaIs();

    [GeneratedRegex(@"\s*[\p{Cc}\u2028\u2029]+\s*")]
    private static partial Regex Controls();
}
