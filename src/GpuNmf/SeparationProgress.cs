namespace GpuNmf;

/// <summary>The stages of a separation, in order.</summary>
public enum SeparationStage
{
    /// <summary>Samples are read and checked, and the magnitude spectrogram is formed.</summary>
    Transforming,

    /// <summary>Templates and activations are updated.</summary>
    Factorising,

    /// <summary>The components are grouped into sources, where sources are asked for; their examples are factorised.</summary>
    Grouping,

    /// <summary>The stems are formed and handed to the sink.</summary>
    Writing,
}

/// <summary>How far a separation is. In every stage the units rise, and the last report has all of them completed.</summary>
/// <param name="Stage">The stage at work.</param>
/// <param name="Completed">Units of the stage done: frames, iterations, iterations of the examples' factorisations and one for the grouping itself, sample frames.</param>
/// <param name="Total">Units of the stage in all. A factorisation that stops early ends with the iterations that it took.</param>
/// <param name="Loss">While factorising, the last loss computed, in the units of the spectrogram (to the power beta); null in the other stages.</param>
public readonly record struct SeparationProgress(SeparationStage Stage, long Completed, long Total, double? Loss);
