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

    /// <param name="rankPitch">The rank rounded up to 4.</param>
    /// <param name="beta">beta.</param>
    internal static TileNmfMethods For(int rankPitch, double beta) => beta switch
    {
        2 => For<Frobenius>(rankPitch),
        1 => For<KullbackLeibler>(rankPitch),
        0 => For<ItakuraSaito>(rankPitch),
        _ => For<AnyBeta>(rankPitch),
    };

    private static TileNmfMethods For<TDivergence>(int rankPitch) where TDivergence : IDivergence => rankPitch switch
    {
        4 => OnePass<Quad, TDivergence>(),
        8 => OnePass<Pair<Quad, Quad>, TDivergence>(),
        12 => OnePass<Pair<Quad, Pair<Quad, Quad>>, TDivergence>(),
        <= 16 => TwoSides<Quad, Shape16, TDivergence>(),
        <= 32 => TwoSides<Pair<Quad, Quad>, Shape32, TDivergence>(),
        <= 64 => TwoSides<Pair<Pair<Quad, Quad>, Pair<Quad, Quad>>, Shape64, TDivergence>(),
        _ => TwoSides<Pair<Pair<Quad, Quad>, Pair<Quad, Quad>>, Shape256, TDivergence>(),
    };

    private static TileNmfMethods OnePass<TTile, TDivergence>()
        where TTile : struct, IRegisterTile<TTile>
        where TDivergence : IDivergence => new()
        {
            Passes = new Dictionary<PassKind, Action<PassArgs>>
            {
                [PassKind.First] = TileOnePassKernel.Run<TTile, TDivergence, FirstPass>,
                [PassKind.Inner] = TileOnePassKernel.Run<TTile, TDivergence, InnerPass>,
                [PassKind.InnerLoss] = TileOnePassKernel.Run<TTile, TDivergence, InnerLossPass>,
                [PassKind.Last] = TileOnePassKernel.Run<TTile, TDivergence, LastPass>,
            },
            Templates = TileFactorKernels.Templates<TDivergence>,
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
