namespace GpuNmf.Kernels.Nmf;

/// <summary>What a device lets the update kernels do beside what every device can.</summary>
/// <param name="Group">How one pass is made.</param>
/// <param name="Shuffles">True: lanes of a warp of 32 may exchange values (CUDA).</param>
internal readonly record struct TileForms(OnePassGroup Group, bool Shuffles);

/// <summary>The kernels that one rank class and divergence need, as methods: for loading, and for compiling without a device.</summary>
internal sealed record TileNmfMethods
{
    /// <summary>The kernels of each pass, in their order: whole passes, or the templates' side of them.</summary>
    internal required IReadOnlyDictionary<PassKind, Action<PassArgs>[]> Passes { get; init; }

    /// <summary>The activations' side; null where one kernel does both.</summary>
    internal Action<PassArgs>? Activations { get; init; }

    /// <summary>Ends the activations' side where it cuts the bins into parts; null where it does not.</summary>
    internal Action<FinishArgs>? Finish { get; init; }

    /// <summary>The step of the templates.</summary>
    internal required Action<TemplateArgs> Templates { get; init; }

    /// <summary>Rows of its factor that a group of one side takes; 0 where one kernel does both.</summary>
    internal int RowsOfAGroup { get; init; }

    /// <summary>Threads of a group of the passes.</summary>
    internal int Threads { get; init; } = TileLoading.Group;

    /// <param name="rankPitch">The rank class.</param>
    /// <param name="beta">beta.</param>
    /// <param name="forms">What the device can do.</param>
    internal static TileNmfMethods For(int rankPitch, double beta, TileForms forms = default) => beta switch
    {
        2 => For<Frobenius>(rankPitch, forms),
        1 => For<KullbackLeibler>(rankPitch, forms),
        0 => For<ItakuraSaito>(rankPitch, forms),
        _ => For<AnyBeta>(rankPitch, forms),
    };

    /// <summary>
    /// Whether a form for warps needs the uniform registers of sm_80: sm_70 spilled 16 bytes a tile in the one pass of class 12, and 28 in the
    /// loops of class 48 in halves, where powers are taken.
    /// </summary>
    internal static bool WarpsNeedUniformRegisters(int rankPitch, double beta) =>
        rankPitch == NmfGeometry.TileOnePassRank || (rankPitch == 48 && beta is not (0 or 1 or 2));

    /// <summary>Whether one pass can be made in warps: the registers must hold what it sums.</summary>
    internal static bool FitWarps(int rankPitch, double beta) => rankPitch <= (beta is 1 or 2 ? 12 : 4);

    // What fits 255 registers without a spill, sm_70 to sm_90; ranks of 64 with a denominator do not even in halves.
    private static TileNmfMethods For<TDivergence>(int rankPitch, TileForms forms) where TDivergence : IDivergence => rankPitch switch
    {
        4 => OnePass<Quad, TDivergence>(forms.Group),
        8 => OnePass<Pair<Quad, Quad>, TDivergence>(forms.Group),
        12 => OnePass<Pair<Quad, Pair<Quad, Quad>>, TDivergence>(forms.Group),
        16 => PairsOfRows<Pair<Pair<Quad, Quad>, Pair<Quad, Quad>>, TDivergence, WholeRank>(),
        24 => PairsOfRows<Pair<Pair<Quad, Pair<Quad, Quad>>, Pair<Quad, Pair<Quad, Quad>>>, TDivergence, WholeRank>(),
        32 when !TDivergence.HasDenominator => PairsOfRows<Pair<Pair<Pair<Quad, Quad>, Pair<Quad, Quad>>, Pair<Pair<Quad, Quad>, Pair<Quad, Quad>>>, TDivergence, WholeRank>(),
        32 when forms.Shuffles => PairsOfRows<Pair<Pair<Quad, Quad>, Pair<Quad, Quad>>, TDivergence, HalvedRank>(),
        48 when forms.Shuffles => PairsOfRows<Pair<Pair<Quad, Pair<Quad, Quad>>, Pair<Quad, Pair<Quad, Quad>>>, TDivergence, HalvedRank>(),
        64 when forms.Shuffles && !TDivergence.HasDenominator =>
            PairsOfRows<Pair<Pair<Pair<Quad, Quad>, Pair<Quad, Quad>>, Pair<Pair<Quad, Quad>, Pair<Quad, Quad>>>, TDivergence, HalvedRank>(),
        32 => Contraction<Pair<Quad, Quad>, Shape32, TDivergence>(),
        48 or 64 => Contraction<Pair<Pair<Quad, Quad>, Pair<Quad, Quad>>, Shape64, TDivergence>(),
        _ => Contraction<Pair<Pair<Quad, Quad>, Pair<Quad, Quad>>, Shape256, TDivergence>(),
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
            // In warps, three quads a column and a logarithm are more than 168 registers: the loss has a launch of its own.
            Passes = TForm.HasWarps && TTile.Quads > 2 ? WithLossApart(
                TileOnePassKernel.Run<TTile, TDivergence, SumsPass, TForm>,
                TileOnePassKernel.Run<TTile, TDivergence, InnerPass, TForm>,
                TileOnePassKernel.Run<TTile, TDivergence, LossPass, TForm>,
                TileOnePassKernel.Run<TTile, TDivergence, LastPass, TForm>) : Each(
                TileOnePassKernel.Run<TTile, TDivergence, FirstPass, TForm>,
                TileOnePassKernel.Run<TTile, TDivergence, InnerPass, TForm>,
                TileOnePassKernel.Run<TTile, TDivergence, InnerLossPass, TForm>,
                TileOnePassKernel.Run<TTile, TDivergence, LastPass, TForm>),
            Templates = TileFactorKernels.Templates<TDivergence>,
            Threads = TForm.Threads,
        };

    /// <summary>The loss has a kernel of its own: beside the sums its logarithms would spill.</summary>
    private static TileNmfMethods PairsOfRows<TTile, TDivergence, TShare>()
        where TTile : struct, IRegisterTile<TTile>
        where TDivergence : IDivergence
        where TShare : struct, IRankShare
    {
        Action<PassArgs> sums = TileTemplateSumsKernel.Run<TTile, TDivergence, InnerPass, TShare>, loss = TileTemplateSumsKernel.Run<TTile, TDivergence, LastPass, TShare>;
        return new TileNmfMethods
        {
            Passes = WithLossApart(sums, sums, loss, loss),
            Activations = TileActivationKernel.Run<TTile, TDivergence, TShare>,
            Finish = TileActivationKernel.Finish<TDivergence>,
            Templates = TileFactorKernels.Templates<TDivergence>,
            RowsOfAGroup = 2 * RowPairs.OfAGroup,
            Threads = RowPairs.OfAGroup * TShare.Threads,
        };
    }

    private static TileNmfMethods Contraction<TRows, TShape, TDivergence>()
        where TRows : struct, IRegisterTile<TRows>
        where TShape : struct, ITileShape<TRows>
        where TDivergence : IDivergence => new()
        {
            Passes = Each(
                TileContractionKernel.Run<TRows, TShape, TDivergence, TemplateSide, FirstPass>,
                TileContractionKernel.Run<TRows, TShape, TDivergence, TemplateSide, InnerPass>,
                TileContractionKernel.Run<TRows, TShape, TDivergence, TemplateSide, InnerLossPass>,
                TileContractionKernel.Run<TRows, TShape, TDivergence, TemplateSide, LastPass>),
            Activations = TileContractionKernel.Run<TRows, TShape, TDivergence, ActivationSide, InnerPass>,
            Templates = TileFactorKernels.Templates<TDivergence>,
            RowsOfAGroup = 4 * TRows.Quads * (TileContractionKernel.Group / TShape.Components),
        };

    private static Dictionary<PassKind, Action<PassArgs>[]> WithLossApart(Action<PassArgs> first, Action<PassArgs> inner, Action<PassArgs> loss, Action<PassArgs> last) => new()
    {
        [PassKind.First] = [first, loss],
        [PassKind.Inner] = [inner],
        [PassKind.InnerLoss] = [inner, loss],
        [PassKind.Last] = [last],
    };

    private static Dictionary<PassKind, Action<PassArgs>[]> Each(Action<PassArgs> first, Action<PassArgs> inner, Action<PassArgs> innerLoss, Action<PassArgs> last) => new()
    {
        [PassKind.First] = [first],
        [PassKind.Inner] = [inner],
        [PassKind.InnerLoss] = [innerLoss],
        [PassKind.Last] = [last],
    };
}
