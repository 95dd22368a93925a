using GpuNmf.Benchmarks;
using GpuNmf.Benchmarks.GpuFacts;
using GpuNmf.Benchmarks.Iterations;
using GpuNmf.Benchmarks.Machine;
using GpuNmf.Benchmarks.Quality;
using GpuNmf.Benchmarks.Scaling;
using GpuNmf.Benchmarks.Stages;
using GpuNmf.Benchmarks.Table;

const string Usage = """
    usage: GpuNmf.Benchmarks COMMAND
      iterations [BenchmarkDotNet options]       time of one iteration, every shape and divergence
      stages [BenchmarkDotNet options]           time of the stages around the iterations
      table cpu|gpu [--quick] [--seconds N] [--budget S] [--repeat N] [--only TEXT] [--out FILE.json]
                                                 every row beside its peer, with floors and targets; run.sh starts it
      peaks                                      measured peak and bandwidths of the device
      gpu-facts                                  what the tile kernels' design rests on, asked of the device
      scaling OUT.json [--quick]                 an iteration against frames, rank and cores
      (GPUNMF_BENCH_DEVICE names the device of all of these: cpu, which is the default, cuda, opencl:0)
      quality [SCORES.json]                      SDR, SIR, SAR and SI-SDR beside scikit-learn's (needs the shared data)
      starts                                     loss after some iterations from each start (needs the shared data)
      grouping                                   SDR of grouped components beside an oracle's grouping (needs the shared data)
      dictionaries                               SDR of sources that have dictionaries of their own (needs the shared data)
      make-sample [OUT.wav]                      writes the repository's sample recording
      make-input OUT.wav SECONDS [--channels N]  writes a recording of the drum machine, 16 bits, 44.1 kHz
    """;

try
{
    switch (args)
    {
        case [IterationBenchmarks.Command, .. var rest]: return IterationBenchmarks.Run(rest);
        case [StageBenchmarks.Command, .. var rest]: return StageBenchmarks.Run(rest);
        case [TableCommand.Command, .. var rest]: return TableCommand.Run(rest);
        case [PeaksCommand.Command]: return PeaksCommand.Run();
        case [GpuFactsCommand.Command]: return GpuFactsCommand.Run();
        case [ScalingCommand.Command, var output]: return ScalingCommand.Run(output, quick: false);
        case [ScalingCommand.Command, var output, "--quick"]: return ScalingCommand.Run(output, quick: true);
        case [QualityReport.Command]: return QualityReport.Run(null);
        case [QualityReport.Command, var scores]: return QualityReport.Run(scores);
        case [StartReport.Command]: return StartReport.Run();
        case [GroupingReport.Command]: return GroupingReport.Run();
        case [DictionaryReport.Command]: return DictionaryReport.Run();
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
catch (PeerMissingException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
