using ILGPU;

namespace GpuNmf.Kernels.Nmf;

/// <summary>A register tile for each of a thread's three columns of bins, <see cref="IOnePassForm.Threads"/> apart.</summary>
internal struct ThreeColumns<TTile> where TTile : struct, IRegisterTile<TTile>
{
    public TTile A;
    public TTile B;
    public TTile C;

    /// <inheritdoc cref="RegisterTiles.Mark"/>
    public int Mark;

    /// <summary>From rows [P][K'], zero behind the pitch.</summary>
    public static ThreeColumns<TTile> Load(ArrayView<FloatQuad> rows, int column, int distance, int pitch)
    {
        var own = rows.SubView(column * TTile.Quads);
        var tiles = new ThreeColumns<TTile>();
        if (column < pitch) tiles.A = TTile.Load(own, 0);
        if (column + distance < pitch) tiles.B = TTile.Load(own, distance * TTile.Quads);
        if (column + 2 * distance < pitch) tiles.C = TTile.Load(own, 2 * distance * TTile.Quads);
        return tiles;
    }

    /// <summary>
    /// The same sums in other registers: sums + 0 x <paramref name="finite"/>, which no compiler leaves out. Stores want neighbouring registers;
    /// stored where they were added up, ptxas moves all sums there and back in every tile (48 instructions at class 8).
    /// </summary>
    public static ThreeColumns<TTile> Moved(ThreeColumns<TTile> sums, float finite)
    {
        var zero = TTile.Broadcast(0f);
        return new() { A = TTile.Fma(sums.A, zero, finite), B = TTile.Fma(sums.B, zero, finite), C = TTile.Fma(sums.C, zero, finite) };
    }

    /// <summary>Into rows [P][K'], nothing behind the pitch.</summary>
    public static void Store(ArrayView<FloatQuad> rows, int column, int distance, int pitch, ThreeColumns<TTile> tiles)
    {
        var own = rows.SubView(column * TTile.Quads);
        if (column < pitch) TTile.Store(own, 0, tiles.A);
        if (column + distance < pitch) TTile.Store(own, distance * TTile.Quads, tiles.B);
        if (column + 2 * distance < pitch) TTile.Store(own, 2 * distance * TTile.Quads, tiles.C);
    }
}

/// <summary>The second half of <see cref="TileOnePassKernel"/>: three columns of bins a thread, through the frames of a tile.</summary>
internal static class OnePassColumns
{
    /// <summary>Columns of a thread.</summary>
    internal const int Count = 3;

    /// <summary>Frames that are read ahead.</summary>
    internal const int Ahead = 4;

    /// <summary>Adds a tile's frames to the sums, frames upwards.</summary>
    /// <returns>The columns' loss in the tile.</returns>
    internal static float Take<TTile, TDivergence, TPass, TForm>(
        PassArgs args, int column, float epsilon, ArrayView<FloatQuad> tile, ref ThreeColumns<TTile> numerators, ref ThreeColumns<TTile> denominators)
        where TTile : struct, IRegisterTile<TTile>
        where TDivergence : IDivergence
        where TPass : IPass
        where TForm : struct, IOnePassForm
    {
        int frames = TileOnePassKernel.FramesOf<TForm>(), pitch = args.Pitch;
        // A column behind the pitch has the first one's template. Its cells are the first one's too, or those of the row behind, which is
        // there: a distance that is a constant costs nothing.
        int secondTemplate = column + TForm.Threads < pitch ? TForm.Threads : 0, thirdTemplate = column + 2 * TForm.Threads < pitch ? 2 * TForm.Threads : 0;
        int second = TForm.HasWarps ? TForm.Threads : secondTemplate, third = TForm.HasWarps ? 2 * TForm.Threads : thirdTemplate;
        var own = args.TemplatesToUpdate.AsQuads().SubView(column * TTile.Quads);
        var templates = new ThreeColumns<TTile> { A = TTile.Load(own, 0), B = TTile.Load(own.SubView(secondTemplate * TTile.Quads), 0), C = TTile.Load(own.SubView(thirdTemplate * TTile.Quads), 0) };
        var x = args.X.SubView(column);
        ThreeCells a = ThreeCells.Load(x, second, third);
        x = x.SubView(pitch);
        ThreeCells b = ThreeCells.Load(x, second, third);
        x = x.SubView(pitch);
        ThreeCells c = ThreeCells.Load(x, second, third);
        x = x.SubView(pitch);
        ThreeCells d = ThreeCells.Load(x, second, third);
        float loss = 0f;
        for (int i = 0; i < frames * TTile.Quads; i += Ahead * TTile.Quads)
        {
            // The last reading ahead takes the rows behind the tile; they are there, and are not used.
            var h = tile.SubView(i);
            loss += TakeFrame<TTile, TDivergence, TPass, TForm>(args, column, TTile.Load(h, 0), templates, a, epsilon, ref numerators, ref denominators);
            x = x.SubView(pitch);
            a = ThreeCells.Load(x, second, third);
            loss += TakeFrame<TTile, TDivergence, TPass, TForm>(args, column, TTile.Load(h, TTile.Quads), templates, b, epsilon, ref numerators, ref denominators);
            x = x.SubView(pitch);
            b = ThreeCells.Load(x, second, third);
            loss += TakeFrame<TTile, TDivergence, TPass, TForm>(args, column, TTile.Load(h, 2 * TTile.Quads), templates, c, epsilon, ref numerators, ref denominators);
            x = x.SubView(pitch);
            c = ThreeCells.Load(x, second, third);
            loss += TakeFrame<TTile, TDivergence, TPass, TForm>(args, column, TTile.Load(h, 3 * TTile.Quads), templates, d, epsilon, ref numerators, ref denominators);
            x = x.SubView(pitch);
            d = ThreeCells.Load(x, second, third);
        }
        return loss;
    }

    private static float TakeFrame<TTile, TDivergence, TPass, TForm>(
        PassArgs args, int column, TTile h, ThreeColumns<TTile> templates, ThreeCells x, float epsilon, ref ThreeColumns<TTile> numerators, ref ThreeColumns<TTile> denominators)
        where TTile : struct, IRegisterTile<TTile>
        where TDivergence : IDivergence
        where TPass : IPass
        where TForm : struct, IOnePassForm
    {
        if (TPass.AccumulatesTemplates)
        {
            TileOnePassKernel.Cell<TTile, TDivergence>(templates.A, h, h, x.A, epsilon, args.Beta, ref numerators.A, ref denominators.A);
            TileOnePassKernel.Cell<TTile, TDivergence>(templates.B, h, h, x.B, epsilon, args.Beta, ref numerators.B, ref denominators.B);
            TileOnePassKernel.Cell<TTile, TDivergence>(templates.C, h, h, x.C, epsilon, args.Beta, ref numerators.C, ref denominators.C);
        }
        if (!TPass.SumsLoss) return 0f;
        float first = TDivergence.Loss(x.A, TTile.Dot(templates.A, h, epsilon), args.Beta);
        float second = TDivergence.Loss(x.B, TTile.Dot(templates.B, h, epsilon), args.Beta);
        float third = TDivergence.Loss(x.C, TTile.Dot(templates.C, h, epsilon), args.Beta);
        float loss = column < args.Bins ? first : 0f;
        loss += column + TForm.Threads < args.Bins ? second : 0f;
        loss += column + 2 * TForm.Threads < args.Bins ? third : 0f;
        return loss;
    }

    /// <summary>A frame's cells in three columns.</summary>
    private struct ThreeCells
    {
        public float A;
        public float B;
        public float C;

        public static ThreeCells Load(ArrayView<float> row, int second, int third) => new() { A = row[0], B = row[second], C = row[third] };
    }
}
