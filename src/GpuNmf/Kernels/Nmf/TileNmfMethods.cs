namespace GpuNmf.Kernels.Nmf;

/// <summary>The kernels that one rank and divergence need, as methods: for loading, and for compiling without a device.</summary>
internal sealed record TileNmfMethods
{
    /// <summary>The kernel of each pass: whole passes, or the templates' side of them.</summary>
    internal required IReadOnlyDictionary<PassKind, Action<PassArgs>> Passes { get; init; }

    /// <summary>The activations' side; null where one kernel does both.</summary>
    internal Action<PassArgs>? Activations { get; init; }

    /// <summary>The step of the templates.</summary>
    internal required Action<TemplateArgs> Templates { get; init; }

    /// <summary>Rows that a group of a contraction takes; 0 where one kernel does both.</summary>
    internal int RowsOfAGroup { get; init; }

    /// <summary>Threads of a group of the passes.</summary>
    internal int Threads { get; init; } = TileLoading.Group;

    /// <param name="rankPitch">The rank class.</param>
    /// <param name="beta">beta.</param>
    /// <param name="group">How one pass is made.</param>
    internal static TileNmfMethods For(int rankPitch, double beta, OnePassGroup group = OnePassGroup.Small) => beta switch
    {
        2 => For<Frobenius>(rankPitch, group),
        1 => For<KullbackLeibler>(rankPitch, group),
        0 => For<ItakuraSaito>(rankPitch, group),
        _ => For<AnyBeta>(rankPitch, group),
    };

    /// <summary>Whether the registers of a form of warps hold what it sums.</summary>
    internal static bool FitWarps(int rankPitch, double beta) => rankPitch <= (beta is 1 or 2 ? 8 : 4);

    private static TileNmfMethods For<TDivergence>(int rankPitch, OnePassGroup group) where TDivergence : IDivergence => rankPitch switch
    {
        4 => OnePass<Quad, TDivergence>(group),
        8 => OnePass<Pair<Quad, Quad>, TDivergence>(group),
        12 => OnePass<Pair<Quad, Pair<Quad, Quad>>, TDivergence>(group),
        <= 16 => TwoSides<Quad, Shape16, TDivergence>(),
        <= 32 => TwoSides<Pair<Quad, Quad>, Shape32, TDivergence>(),
        <= 64 => TwoSides<Pair<Pair<Quad, Quad>, Pair<Quad, Quad>>, Shape64, TDivergence>(),
        _ => TwoSides<Pair<Pair<Quad, Quad>, Pair<Quad, Quad>>, Shape256, TDivergence>(),
    };

    private static TileNmfMethods OnePass<TTile, TDivergence>(OnePassGroup group)
        where TTile : struct, IRegisterTile<TTile>
        where TDivergence : IDivergence => group switch
        {
            OnePassGroup.SixWarps => OnePass<TTile, TDivergence, SixWarps>(),
            OnePassGroup.TwelveWarps => OnePass<TTile, TDivergence, TwelveWarps>(),
            _ => OnePass<TTile, TDivergence, SmallGroups>(),
        };

    private static TileNmfMethods OnePass<TTile, TDivergence, TForm>()
        where TTile : struct, IRegisterTile<TTile>
        where TDivergence : IDivergence
        where TForm : struct, IOnePassForm => new()
        {
            Passes = new Dictionary<PassKind, Action<PassArgs>>
            {
                [PassKind.First] = TileOnePassKernel.Run<TTile, TDivergence, FirstPass, TForm>,
                [PassKind.Inner] = TileOnePassKernel.Run<TTile, TDivergence, InnerPass, TForm>,
                [PassKind.InnerLoss] = TileOnePassKernel.Run<TTile, TDivergence, InnerLossPass, TForm>,
                [PassKind.Last] = TileOnePassKernel.Run<TTile, TDivergence, LastPass, TForm>,
            },
            Templates = TileFactorKernels.Templates<TDivergence>,
            Threads = TForm.Threads,
        };

    private static TileNmfMethods TwoSides<TRows, TShape, TDivergence>()
        where TRows : struct, IRegisterTile<TRows>
        where TShape : struct, ITileShape<TRows>
        where TDivergence : IDivergence => new()
        {
            Passes = new Dictionary<PassKind, Action<PassArgs>>
            {
                [PassKind.First] = TileContractionKernel.Run<TRows, TShape, TDivergence, TemplateSide, FirstPass>,
                [PassKind.Inner] = TileContractionKernel.Run<TRows, TShape, TDivergence, TemplateSide, InnerPass>,
                [PassKind.InnerLoss] = TileContractionKernel.Run<TRows, TShape, TDivergence, TemplateSide, InnerLossPass>,
                [PassKind.Last] = TileContractionKernel.Run<TRows, TShape, TDivergence, TemplateSide, LastPass>,
            },
            Activations = TileContractionKernel.Run<TRows, TShape, TDivergence, ActivationSide, InnerPass>,
            Templates = TileFactorKernels.Templates<TDivergence>,
            RowsOfAGroup = 4 * TRows.Quads * (TileContractionKernel.Group / TShape.Components),
        };
}
