namespace GpuNmf.Cli;

/// <summary>What every command needs from its surroundings.</summary>
/// <param name="Stdout">Results.</param>
/// <param name="Stderr">Progress, warnings, errors.</param>
/// <param name="Engine">Does the work.</param>
/// <param name="Cancellation">Set by Ctrl-C.</param>
internal sealed record CommandContext(TextWriter Stdout, TextWriter Stderr, IEngine Engine, CancellationToken Cancellation);
