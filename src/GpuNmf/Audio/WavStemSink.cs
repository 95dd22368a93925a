using System.Globalization;

namespace GpuNmf.Audio;

/// <summary>Writes every stem to a WAV file of its own: <c>component-01.wav</c>, <c>component-02.wav</c>, and so on, or <c>source-1.wav</c>.</summary>
/// <remarks>
/// Numbers start at 1 and have the digits of the number of stems, of components at least two. Memory does not grow with the length:
/// 64 KiB a component. Files that grow beyond 4 GiB become RF64. Nothing is dithered.
/// </remarks>
public sealed class WavStemSink : IStemSink, IDisposable
{
    private readonly string _folder;
    private readonly WavEncoding _encoding;
    private readonly StemName _name;
    private readonly IReadOnlyList<string>? _fileNames;
    private readonly List<WavWriter> _writers = [];
    private StemFormat _format;
    private List<StemFileInfo>? _files;
    private bool _isGivenUp;

    /// <summary>Writes into a folder; files of the same names are replaced.</summary>
    /// <param name="folder">Exists already.</param>
    /// <param name="encoding">How samples are stored.</param>
    /// <param name="name">What the stems are.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such encoding or name.</exception>
    public WavStemSink(string folder, WavEncoding encoding, StemName name = StemName.Component)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _ = SampleEncoder.BytesPerSample(encoding);      // refuses an unknown encoding
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"There is no folder {folder}; create it first.");
        _folder = folder;
        if (!Enum.IsDefined(name)) throw new ArgumentOutOfRangeException(nameof(name), name, "No such name of stems.");
        _encoding = encoding;
        _name = name;
    }

    /// <summary>Writes into a folder under names of the caller's, as those of a <see cref="StemSelection"/>; files of the same names are replaced.</summary>
    /// <param name="folder">Exists already.</param>
    /// <param name="encoding">How samples are stored.</param>
    /// <param name="fileNames">A name for each stem, without a folder; no two are the same, whatever their case.</param>
    /// <exception cref="ArgumentException">A name is empty, has a folder or stands there twice.</exception>
    /// <inheritdoc cref="WavStemSink(string, WavEncoding, StemName)" path="/exception"/>
    public WavStemSink(string folder, WavEncoding encoding, IReadOnlyList<string> fileNames) : this(folder, encoding)
    {
        ArgumentNullException.ThrowIfNull(fileNames);
        _fileNames = [.. fileNames];
        if (_fileNames.FirstOrDefault(name => name.Length == 0 || Path.GetFileName(name) != name) is { } bad)
            throw new ArgumentException($"'{bad}' is no name of a file; give one without a folder.", nameof(fileNames));
        if (_fileNames.Distinct(StringComparer.OrdinalIgnoreCase).Count() < _fileNames.Count)
            throw new ArgumentException("Two stems have the same file name; give each its own.", nameof(fileNames));
    }

    /// <summary>The finished files, in the order of the components.</summary>
    /// <exception cref="InvalidOperationException"><see cref="Complete"/> has not been called.</exception>
    public IReadOnlyList<StemFileInfo> Files =>
        _files ?? throw new InvalidOperationException("The files are not finished; call Complete first.");

    /// <summary>The file name of a stem.</summary>
    /// <param name="component">0-based.</param>
    /// <param name="components">Number of stems.</param>
    /// <param name="name">What they are.</param>
    public static string FileName(int component, int components, StemName name = StemName.Component)
    {
        int digits = Math.Max(name == StemName.Component ? 2 : 1, components.ToString(CultureInfo.InvariantCulture).Length);
        return $"{(name == StemName.Component ? "component" : "source")}-{(component + 1).ToString($"D{digits}", CultureInfo.InvariantCulture)}.wav";
    }

    /// <summary>Channels that a WAV file of an encoding holds at most: its blocks are counted in 16 bits.</summary>
    public static int MaxChannels(WavEncoding encoding) => WavLayout.MaxChannels(encoding);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">A number is below its least, or there are more channels than a WAV file can hold.</exception>
    /// <exception cref="ArgumentException">There are not as many stems as file names.</exception>
    /// <exception cref="IOException">A file cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be created, or a folder has its name.</exception>
    public void Begin(StemFormat format)
    {
        if (_isGivenUp) throw GivenUp();
        if (_writers.Count > 0) throw new InvalidOperationException("Begin was called before; a sink takes one separation.");
        format.Require();
        if (_fileNames is { } names && names.Count != format.Components)
            throw new ArgumentException($"There are {format.Components} stems and {names.Count} file names; give a name for each.", nameof(format));
        _format = format;
        for (int k = 0; k < format.Components; k++)
            _writers.Add(WavWriter.Create(PathOf(k), _encoding, format.Channels, format.SampleRateHz));
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The block is no whole number of sample frames, does not follow the one before, reaches
    /// past the end, or holds NaN or infinity and the encoding is PCM.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such component.</exception>
    /// <exception cref="InvalidOperationException">The files are finished or given up.</exception>
    /// <exception cref="IOException">The disk does not take it; then the files are given up.</exception>
    public void Write(int component, long start, ReadOnlySpan<float> interleaved)
    {
        if (_files is not null) throw new InvalidOperationException("Complete was called; no more can be written.");
        if (_isGivenUp) throw GivenUp();
        ArgumentOutOfRangeException.ThrowIfNegative(component);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(component, _writers.Count);
        WavWriter writer = _writers[component];
        if (start != writer.Frames)
            throw new ArgumentException($"Component {component} continues at sample frame {start}; expected {writer.Frames}, where the block before ended.", nameof(start));
        if (interleaved.Length / _format.Channels > _format.Length - start)
            throw new ArgumentException($"Component {component} would reach sample frame {start + interleaved.Length / _format.Channels}; its length is {_format.Length}.", nameof(interleaved));
        try
        {
            writer.Write(interleaved);
        }
        catch (IOException)
        {
            _isGivenUp = true;
            throw;
        }
    }

    /// <summary>Finishes the headers and closes the files; then <see cref="Files"/> describes them.</summary>
    /// <param name="cancellation">Looked at between files: a disk may be busy with what was written before.</param>
    /// <exception cref="InvalidOperationException"><see cref="Begin"/> has not been called, a component has not been written to its end, or the
    /// files are given up.</exception>
    /// <exception cref="IOException">The last samples or a header cannot be written; then the files are given up.</exception>
    /// <exception cref="OperationCanceledException">The token was set; some files may be finished.</exception>
    public void Complete(CancellationToken cancellation = default)
    {
        if (_files is not null) return;
        if (_isGivenUp) throw GivenUp();
        if (_writers.Count == 0) throw new InvalidOperationException("Begin has not been called; there is nothing to finish.");
        int unfinished = _writers.FindIndex(w => w.Frames != _format.Length);
        if (unfinished >= 0)
            throw new InvalidOperationException($"Component {unfinished} holds {_writers[unfinished].Frames} of {_format.Length} sample frames; write the rest first.");
        foreach (WavWriter writer in _writers)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                writer.Complete();
            }
            catch (IOException)
            {
                _isGivenUp = true;
                throw;
            }
        }
        _files = [];
        for (int k = 0; k < _writers.Count; k++) _files.Add(_writers[k].Describe(NameOf(k)));
    }

    /// <summary>Closes the files and deletes them: the separation has failed or was cancelled. Throws nothing; a file that the disk does not
    /// let go stays. After <see cref="Complete"/> it does nothing.</summary>
    /// <remarks>Quicker than deleting them after <see cref="Dispose"/>, which first gives each file a header.</remarks>
    public void Discard()
    {
        if (_files is not null) return;
        _isGivenUp = true;
        Parallel.For(0, _writers.Count, k =>
        {
            _writers[k].Abandon();
            try
            {
                File.Delete(PathOf(k));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Stays, as the summary says.
            }
        });
    }

    /// <summary>Closes the files and throws nothing. Without <see cref="Complete"/> they hold what was written up to now, with headers that say
    /// so as far as the disk lets them, and are given up.</summary>
    public void Dispose()
    {
        _isGivenUp = true;
        foreach (WavWriter writer in _writers) writer.Dispose();
    }

    private static InvalidOperationException GivenUp() =>
        new("The files are given up: the sink was disposed or discarded, or the disk refused before. Write them again through a new sink.");

    private string PathOf(int component) => Path.Combine(_folder, NameOf(component));

    private string NameOf(int component) => _fileNames?[component] ?? FileName(component, _format.Components, _name);
}
