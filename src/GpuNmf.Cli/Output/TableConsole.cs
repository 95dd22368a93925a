using Spectre.Console;

namespace GpuNmf.Cli.Output;

/// <summary>Draws tables on any writer.</summary>
internal static class TableConsole
{
    private const int WidthOutsideTerminals = 200;      // one line a row, so that grep and awk can work with it

    /// <summary>Writes a table, as wide as the terminal or, elsewhere, as it needs to be.</summary>
    public static void Write(TextWriter writer, Table table)
    {
        var output = new AnsiConsoleOutput(writer);
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = output, Interactive = InteractionSupport.No });
        if (!output.IsTerminal) console.Profile.Width = WidthOutsideTerminals;
        console.Write(table);
    }
}
