using System.Text.Json.Nodes;
using GpuNmf.Cli.Output;

namespace GpuNmf.Cli.Separating;

/// <summary>A separation whose folder has its name.</summary>
/// <param name="Run">Everything that was found.</param>
/// <param name="Folder">Absolute.</param>
/// <param name="Document">What <c>--json</c> prints of it.</param>
/// <param name="Warnings">One sentence each.</param>
internal sealed record FinishedSeparation(RunRecord Run, string Folder, JsonObject Document, IReadOnlyList<string> Warnings);
