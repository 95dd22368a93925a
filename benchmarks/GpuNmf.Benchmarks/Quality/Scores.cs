namespace GpuNmf.Benchmarks.Quality;

/// <summary>Scores in decibels, means over the sources, and the loss.</summary>
/// <param name="Sdr">Source to distortion.</param>
/// <param name="Sir">Source to interference.</param>
/// <param name="Sar">Source to artefacts.</param>
/// <param name="SiSdr">Scale-invariant source to distortion.</param>
/// <param name="Loss">Kullback-Leibler divergence at the end, of the spectrogram of a signal with peak 1.</param>
internal readonly record struct Scores(double Sdr, double Sir, double Sar, double SiSdr, double Loss)
{
    internal static Scores Mean(IReadOnlyCollection<Scores> all) => new(
        all.Average(s => s.Sdr), all.Average(s => s.Sir), all.Average(s => s.Sar), all.Average(s => s.SiSdr), all.Average(s => s.Loss));
}
