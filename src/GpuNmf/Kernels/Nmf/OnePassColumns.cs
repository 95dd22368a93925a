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
    private const int Ahead = 4;

    /// <summary>Adds a tile's frames to the sums, frames upwards.</summary>
    /// <returns>The columns' loss in the tile.</returns>
    internal static float Take<TTile, TDivergence, TPass, TForm>(
        PassArgs args, int frame, int column, float epsilon, ArrayView<FloatQuad> tile, ref ThreeColumns<TTile> numerators, ref ThreeColumns<TTile> denominators)
        where TTile : struct, IRegisterTile<TTile>
        where TDivergence : IDivergence
        where TPass : IPass
        where TForm : struct, IOnePassForm
    {
        int frames = TileOnePassKernel.FramesOf<TForm>(), pitch = args.Pitch;
        // Behind the pitch a form that keeps its templates reads the row behind, which is there; others read their first column again.
        int second = TForm.KeepsTemplates || column + TForm.Threads < pitch ? TForm.Threads : 0;
        int third = TForm.KeepsTemplates || column + 2 * TForm.Threads < pitch ? 2 * TForm.Threads : 0;
        var templates = ThreeColumns<TTile>.Load(args.TemplatesToUpdate.AsQuads(), column, TForm.Threads, pitch);
        var x = args.X.SubView((long)frame * pitch + column);
        var behind = x.SubView(2 * pitch);
        ThreeCells a = ThreeCells.Load(x, second, third), b = ThreeCells.Load(x.SubView(pitch), second, third);
        ThreeCells c = ThreeCells.Load(behind, second, third), d = ThreeCells.Load(behind.SubView(pitch), second, third);
        float loss = 0f;
        for (int i = Ahead; i <= frames; i += Ahead)
        {
            x = x.SubView(i < frames ? Ahead * pitch : 0);
            loss += TakeFrame<TTile, TDivergence, TPass, TForm>(args, column, TTile.Load(tile, 0), templates, a, epsilon, ref numerators, ref denominators);
            a = ThreeCells.Load(x, second, third);
            var row = x.SubView(pitch);
            loss += TakeFrame<TTile, TDivergence, TPass, TForm>(args, column, TTile.Load(tile, TTile.Quads), templates, b, epsilon, ref numerators, ref denominators);
            b = ThreeCells.Load(row, second, third);
            row = row.SubView(pitch);
            loss += TakeFrame<TTile, TDivergence, TPass, TForm>(args, column, TTile.Load(tile, 2 * TTile.Quads), templates, c, epsilon, ref numerators, ref denominators);
            c = ThreeCells.Load(row, second, third);
            row = row.SubView(pitch);
            loss += TakeFrame<TTile, TDivergence, TPass, TForm>(args, column, TTile.Load(tile, 3 * TTile.Quads), templates, d, epsilon, ref numerators, ref denominators);
            d = ThreeCells.Load(row, second, third);
            tile = tile.SubView(i < frames ? Ahead * TTile.Quads : 0);
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
