using System.Diagnostics;
using System.Text.Json.Nodes;
using GpuNmf.Audio;
using GpuNmf.Audio.Codecs;
using GpuNmf.Checkpoints;
using GpuNmf.Cli.Commands;
using GpuNmf.Cli.Errors;
using GpuNmf.Cli.Output;
using GpuNmf.Files;

namespace GpuNmf.Cli.Separating;

/// <summary>
/// One recording on its way from the file to the renamed folder, in three steps: open, compute, finish. They follow one another, on any threads, and may
/// be left behind there when they do not stop in time; what they come by later is given back at once.
/// </summary>
/// <param name="request">What is asked for.</param>
/// <param name="warn">Told when something of an unfinished run cannot be removed.</param>
/// <param name="cancellation">Looked at by every step.</param>
internal sealed class Separation(SeparateRequest request, Action<string> warn, CancellationToken cancellation) : IDisposable
{
    /// <summary>Samples of all channels that are read ahead.</summary>
    private const int FirstBlock = 1 << 18;

    private readonly Lock _gate = new();
    private RecordingFile? _recording;
    private ExampleFiles? _examples;
    private OutputFolder? _output;
    private OutputCheckpoints? _checkpoints;
    private StemFiles? _stems;
    private SeparationResult? _result;
    private long _begin;
    private bool _isClosed;

    /// <summary>The request.</summary>
    public SeparateRequest Request => request;

    /// <summary>What stands in the folder; null until it has its name.</summary>
    public FinishedSeparation? Finished { get; private set; }

    /// <summary>Opens the recording and its examples, claims the folder, decodes there what is no WAV file, checks that the options suit it, and reads the first block.</summary>
    /// <exception cref="CliException">A file cannot be read or does not suit, or the folder is taken.</exception>
    /// <exception cref="AudioFormatException">The recording is no audio.</exception>
    public void Open()
    {
        RecordingFile recording = Keep(RecordingFile.Open(request, cancellation), opened => _recording = opened);
        ExampleFiles examples = Keep(ExampleFiles.Open(request, recording, cancellation), opened => _examples = opened);
        lock (_gate)
        {
            RequireOpen();
            _output = request.Work.Resumes
                ? OutputFolder.Resume(request.Output.Folder, request.Output.Force, OutputFiles.Checkpoint, warn)
                : OutputFolder.Claim(request.Output.Folder, request.Output.Force, warn);
            _checkpoints = new OutputCheckpoints(_output.PartialPath);
        }
        // Not before: it takes as long as reading all of the file.
        recording.Hash(cancellation);
        recording.Decode(_output.PartialPath, cancellation);
        examples.Decode(_output.PartialPath, recording, cancellation);
        int channels = recording.Samples.Channels;
        recording.Samples.Read(0, new float[Math.Min(Math.Max(1, FirstBlock / channels), recording.Samples.Length) * channels]);
    }

    /// <summary>Separates the recording into files that are not complete yet.</summary>
    /// <exception cref="CliException">The recording holds what cannot be separated, or the disk refuses.</exception>
    public void Compute(ISeparator separator, IProgress<SeparationProgress> progress)
    {
        _begin = Stopwatch.GetTimestamp();
        var place = new WorkPlace(
            request.Memory with { SpoolFolder = _output!.PartialPath }, new CheckpointOptions { Store = _checkpoints!, Interval = request.Work.CheckpointInterval });
        var stems = new StemFiles(request, _output!.PartialPath);
        try
        {
            _result = separator.Separate(_recording!.Samples, stems.Sink, stems.In(_examples!.Options), place, progress, cancellation);
            Keep(stems, made => _stems = made);
        }
        catch (Exception exception)
        {
            stems.Dispose();
            if (exception is CheckpointException) throw CannotResume(exception);
            throw WithWhatStays(exception switch
            {
                AudioFormatException or NotFiniteNumberException => new CliException(ExitCodes.Input, WithFile(ErrorMessages.InOptionNames(exception.Message)), exception),
                _ => exception,
            });
        }
    }

    /// <summary>Completes the files, writes the documents and gives the folder its name.</summary>
    /// <exception cref="CliException">The disk refuses, or something has taken the folder's place.</exception>
    public void Finish()
    {
        using StemFiles files = TakeStems();
        try
        {
            RunRecord run = Completed(files);
            (JsonObject document, JsonObject timings) = Documents(run);
            lock (_gate) Finished = Named(run, document, timings);
        }
        catch (Exception exception)
        {
            throw WithWhatStays(exception);
        }
    }

    private RunRecord Completed(StemFiles files) => Refusing(() =>
    {
        (IReadOnlyList<StemFileInfo> stems, IReadOnlyList<StemFileInfo> components) = files.Complete(cancellation);
        (stems, components) = (InFormat(stems), InFormat(components));
        return new RunRecord(request, _recording!.Info, _result!, stems, components, SeparationWarnings.Of(request, _recording.Warnings, _result!.Warnings, [.. stems, .. components]));
    });

    private (JsonObject Result, JsonObject Timings) Documents(RunRecord run) => Refusing(() =>
    {
        JsonObject document = ResultDocument.Create(run), timings = TimingsDocument.Create(run.Result, Stopwatch.GetElapsedTime(_begin));
        NpyFile.Write(InFolder(OutputFiles.Templates), run.Result.Templates);
        NpyFile.Write(InFolder(OutputFiles.Activations), run.Result.Activations);
        File.WriteAllText(InFolder(OutputFiles.Timings), JsonText.Write(timings));
        File.WriteAllText(InFolder(OutputFiles.Result), JsonText.Write(document));
        return (document, timings);
    });

    /// <summary>Gives the folder its name.</summary>
    private FinishedSeparation Named(RunRecord run, JsonObject document, JsonObject timings)
    {
        RequireOpen();
        // Windows renames no folder with open files in it.
        _recording!.Dispose();
        _examples!.Dispose();
        string? leftover = _output!.Complete();
        return new FinishedSeparation(
            run, _output.Target, ResultDocument.WithPaths(document, timings, _output.Target, run.Stems.Select(stem => stem.FileName), run.Components.Select(stem => stem.FileName)),
            leftover is null ? run.Warnings : [.. run.Warnings, leftover]);
    }

    private string InFolder(string name) => Path.Combine(_output!.PartialPath, name);

    /// <summary>True where a run that is not completed leaves a checkpoint: one that failed, and one that was stopped but is meant to go on.</summary>
    private bool LeavesCheckpoint => _checkpoints is { Exist: true } && (request.Work.Resumes || !cancellation.IsCancellationRequested);

    /// <summary>What stays is what was refused, so that nothing can go on from it.</summary>
    private CliException CannotResume(Exception exception) => new(
        ExitCodes.Usage,
        $"--resume cannot go on from '{_output!.PartialPath}': {ErrorMessages.InOptionNames(exception.Message).Replace("begin anew without it.", "begin anew with --force and without --resume", StringComparison.Ordinal)}",
        exception);

    /// <summary>The error, and where the factorisation stays that it has not undone.</summary>
    private Exception WithWhatStays(Exception exception)
    {
        if (!LeavesCheckpoint) return exception;
        string stays = $"the factorisation so far stays in '{_output!.PartialPath}', from where --resume goes on";
        Failure failure = ErrorMessages.Describe(exception);
        return exception is OperationCanceledException
            ? new CliException(ExitCodes.Cancelled, $"stopped; {stays}", exception)
            : new CliException(failure.ExitCode, $"{failure.Message}; {stays}", exception);
    }

    /// <summary>Closes every file and removes what is not complete and cannot be gone on with.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            _stems?.Dispose();
            if (_output is not null) _output.KeepsWork = LeavesCheckpoint;
            // A checkpoint is worth keeping; parts that nobody completes are not.
            if (_output is { KeepsWork: true }) _output.Clear(OutputFiles.Checkpoint);
            _output?.Dispose();
            _examples?.Dispose();
            _recording?.Dispose();
        }
    }

    /// <summary>The files in the format that was asked for.</summary>
    private IReadOnlyList<StemFileInfo> InFormat(IReadOnlyList<StemFileInfo> files) =>
        request.Output.Format == StemFileFormat.Wav || files.Count == 0 ? files : new FlacEncoder().Replace(_output!.PartialPath, files, Environment.ProcessorCount, cancellation);

    private T Keep<T>(T made, Action<T> keep) where T : IDisposable
    {
        lock (_gate)
        {
            if (!_isClosed) keep(made);
            else made.Dispose();
            RequireOpen();
        }
        return made;
    }

    /// <summary>From here on they are closed by the step that finishes them, wherever it is left behind.</summary>
    private StemFiles TakeStems()
    {
        lock (_gate)
        {
            RequireOpen();
            (StemFiles taken, _stems) = (_stems!, null);
            return taken;
        }
    }

    private void RequireOpen()
    {
        cancellation.ThrowIfCancellationRequested();
        if (_isClosed) throw new OperationCanceledException();
    }

    /// <summary>The message with the file that it speaks of: an example's, or INPUT.</summary>
    private string WithFile(string message)
    {
        if (request.Grouping is { } grouping)
            for (int i = 0; i < grouping.ExamplePaths.Count; i++)
                if (message.StartsWith($"Example {i + 1}: ", StringComparison.Ordinal)) return $"'{grouping.ExamplePaths[i]}': {message[(message.IndexOf(':', StringComparison.Ordinal) + 2)..]}";
        return $"'{request.Input.Path}': {message}";
    }

    private T Refusing<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Output, $"cannot write to '{_output!.PartialPath}': {exception.Message}", exception);
        }
    }
}
