using GpuNmf.Benchmarks;
using GpuNmf.Benchmarks.Iterations;
using GpuNmf.Benchmarks.Quality;

const string Usage = """
    usage: GpuNmf.Benchmarks COMMAND
      iterations [BenchmarkDotNet options]       time of one iteration on the CPU, every shape and divergence
      time-iteration FRAMES RANK BETA SAMPLES    the same for one shape: a line of JSON, for peers/compare.py
      quality [SCORES.json]                      SDR, SIR, SAR and SI-SDR beside scikit-learn's (needs the shared data)
      make-sample [OUT.wav]                      writes the repository's sample recording
      make-input OUT.wav SECONDS [--channels N]  writes a recording of the drum machine, 16 bits, 44.1 kHz
    """;

try
{
    switch (args)
    {
        case [IterationBenchmarks.Command, .. var rest]: return IterationBenchmarks.Run(rest);
        case [TimeIteration.Command, var frames, var rank, var beta, var samples]: return TimeIteration.Run(frames, rank, beta, samples);
        case [QualityReport.Command]: return QualityReport.Run(null);
        case [QualityReport.Command, var scores]: return QualityReport.Run(scores);
        case [MakeSample.Command, .. { Length: <= 1 } rest]: return MakeSample.Run(rest);
        case [MakeInput.Command, var path, var seconds]: return MakeInput.Run(path, seconds, "1");
        case [MakeInput.Command, var path, var seconds, "--channels", var channels]: return MakeInput.Run(path, seconds, channels);
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}
catch (FormatException exception)
{
    Console.Error.WriteLine($"{exception.Message}\n{Usage}");
    return 2;
}
