using ScottPlot;
using SkiaSharp;

namespace GpuNmf.Cli.Sweeping;

/// <summary>The font of every picture: it comes with the program, so that pictures have text where no font is installed, and look the same everywhere.</summary>
internal sealed class PlotFont : IFontResolver
{
    private const string Family = "DejaVu Sans", Resource = "DejaVuSans.ttf";

    private static readonly Lazy<bool> s_registered = new(Register);

    private readonly byte[] _file = Read();

    private PlotFont()
    {
    }

    /// <summary>Every plot from now on is written in it.</summary>
    public static void Use() => _ = s_registered.Value;

    /// <inheritdoc/>
    public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) => Typeface(fontName);

    /// <inheritdoc/>
    public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) => Typeface(fontName);

    private static bool Register()
    {
        Fonts.FontResolvers.Insert(0, new PlotFont());
        Fonts.Default = Fonts.Sans = Family;
        return true;
    }

    // ScottPlot asks once for each name and style, and keeps what it gets.
    private SKTypeface? Typeface(string family) => family == Family ? SKTypeface.FromStream(new MemoryStream(_file)) : null;

    private static byte[] Read()
    {
        using Stream font = typeof(PlotFont).Assembly.GetManifestResourceStream(Resource)!;
        byte[] file = new byte[font.Length];
        font.ReadExactly(file);
        return file;
    }
}
