using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace GpuNmf.Cli.Commands;

/// <summary>The parser's help, followed by what it has no place for: examples, files and exit codes.</summary>
internal sealed class HelpPages(HelpAction options) : SynchronousCommandLineAction
{
    private const string Separate = """
        Examples:
          gpunmf separate song.wav --rank 8 --out parts
          gpunmf separate song.wav --init-templates piano.npy --loss is --solver mu --exponent fast --out notes
          gpunmf separate song.wav --rank 16 --sources 2 --out sources
          gpunmf separate film.mp4 --rank 8 --format flac --out parts
          gpunmf separate drums.wav --rank 16 --example kick.wav --example snare.wav --out kit
          gpunmf separate takes --out parts/{name} --skip-existing
          gpunmf separate song.wav --components 1,3 --mix 2,4 --out some
          gpunmf separate long.wav --start 60 --duration 30 --device cpu --threads 4 --out try --force

        Files in FOLDER:
          component-01.wav ...  (or .flac) the parts, largest W_k H_k first; with --reconstruct mask they add up to the recording
          source-1.wav ...      with --sources, --example or --dictionary instead, sums of them; --keep-components writes both
          mix-1+3.wav ...       with --mix
          templates.npy         spectra, bins x components, float32
          activations.npy       envelopes, components x frames, float32
          result.json           input, parameters, device, loss, stems, warnings; the same bytes for the same run
          timings.json          seconds by stage, peak memory
        Work happens in FOLDER.partial, which is renamed when everything is complete. Recordings that are no WAV files are
        decoded there, by the programs ffmpeg and ffprobe on the PATH.

        Several recordings: INPUT is a file, a folder (the recordings in it, not below), or a pattern that the shell left alone (* and ? within a name,
        ** for any folders). Folders that gpunmf wrote are passed over; a file is separated once. Each gets a folder, FOLDER/{name} unless --out has
        placeholders; where two would be the same, the later gets -2, -3, ... A failure does not stop the others: the list at the end has them all.

        """;

    private const string Sweep = $"""
        Examples:
          gpunmf sweep song.wav --out ranks --pick
          gpunmf sweep song.wav --ranks 2..16:2 --loss kl,0.5,is --restarts 4 --keep best --out ranks
          gpunmf sweep song.wav --out ranks --pick --resume

        Files in FOLDER:
          sweep.csv             a line for each loss and rank
          sweep.json            the same with every start, parameters, picks; the same bytes for the same sweep
          sweep-loss.png        final losses against the rank
          sweep-stability.png   stability against the rank
          timings.json          seconds of each rank, peak memory
          templates-kl-k03.npy, activations-kl-k03.npy ...  with --keep; of every start, -seed7 is added

        Stability: the templates of each start are matched with those of the best, and the smallest cosine of all pairs
        counts; from 0.95 on a rank is stable. Median: the same of the median start. Explained: 1 - D(X|WH) / D(X|its mean
        spectrum).
        Work happens in FOLDER.partial, which is renamed when everything is complete. A sweep that is stopped leaves its
        finished models there, for --resume.

        """;

    private const string Learn = """
        Examples:
          gpunmf learn kick.wav --rank 4 --out kick.npz
          gpunmf separate beat.wav --dictionary kick.npz --dictionary snare.npz --free 4 --out parts

        FILE.npz holds templates.npy (bins x components, each of sum 1) and dictionary.json (framing); numpy.load reads it. It fits recordings of the same
        sampling rate, --n-fft, --win-length and --window.

        """;

    private const string Devices = """
        Examples:
          gpunmf devices
          gpunmf devices --json

        """;

    private const string All = """
        Examples:
          gpunmf separate song.wav --rank 8 --out parts
          gpunmf sweep song.wav --out ranks --pick

        """;

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        TextWriter output = parseResult.InvocationConfiguration.Output;
        options.Invoke(parseResult);
        output.WriteLine(parseResult.CommandResult.Command.Name switch
        {
            SeparateCommand.Name => Separate,
            LearnCommand.Name => Learn,
            SweepCommand.Name => Sweep,
            DevicesCommand.Name => Devices,
            _ => All,
        });
        output.WriteLine(ExitCodes.Help);
        return ExitCodes.Ok;
    }
}
