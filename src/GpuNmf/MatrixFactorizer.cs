using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf;

namespace GpuNmf;

/// <summary>
/// Nonnegative matrix factorisation of matrices in host memory on one device: what scikit-learn's <c>NMF</c> does, whose X is bins x frames here (librosa's
/// spectrogram as it comes), W bins x components and H components x frames. One caller at a time; dispose it to release the device.
/// </summary>
/// <example>
/// <code>
/// using var nmf = new MatrixFactorizer();
/// var fit = nmf.Fit(x, new NmfOptions { Rank = 8 });
/// float[,] h = nmf.Transform(other, fit.Templates).Activations;
/// </code>
/// </example>
public sealed class MatrixFactorizer : IDisposable
{
    private readonly DeviceSession _session;
    private readonly bool _disposesSession;
    private bool _disposed;

    /// <summary>Opens the device.</summary>
    /// <param name="device">Null is <see cref="DeviceRequest.Auto"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of threads is out of range.</exception>
    /// <exception cref="DeviceUnavailableException">The device asked for is not there; the message lists what is.</exception>
    public MatrixFactorizer(DeviceRequest? device = null) : this(DeviceSession.Open(device ?? DeviceRequest.Auto))
    {
    }

    /// <param name="session">Device.</param>
    /// <param name="ownsSession">False: somebody else disposes it.</param>
    internal MatrixFactorizer(DeviceSession session, bool ownsSession = true)
    {
        _session = session;
        _disposesSession = ownsSession;
    }

    /// <summary>The device in use.</summary>
    public DeviceEntry Device => _session.Entry;

    /// <summary>Factorises a matrix.</summary>
    /// <param name="x">X, bins x frames, finite and not negative; it is not modified.</param>
    /// <param name="options">Null is the default of every option.</param>
    /// <param name="progress">Told after each launch: how many iterations are done, those of every batch of restarts in all, and the lowest loss so far; at the end, that all are done.</param>
    /// <param name="cancellation">Looked at between launches.</param>
    /// <exception cref="ArgumentException">An option is out of range or does not suit the matrix; the matrix is empty, or an entry is negative or not finite.</exception>
    /// <exception cref="NotFiniteNumberException">X, or the loss of a start of the caller's own, leaves single precision's range.</exception>
    /// <exception cref="DeviceMemoryException">The device's memory is too small.</exception>
    /// <exception cref="DeviceLostException">The device stopped working.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was signalled.</exception>
    /// <exception cref="ObjectDisposedException">The factoriser was disposed.</exception>
    public MatrixFactorization Fit(float[,] x, NmfOptions? options = null, IProgress<FactorisationProgress>? progress = null, CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        options ??= new NmfOptions();
        options.Validate();
        MatrixCheck.Require(x);
        StartCheck.Require(options, x.GetLength(0), x.GetLength(1));
        return _session.Use(() => FitValid(x, options, progress, cancellation));
    }

    private MatrixFactorization FitValid(float[,] x, NmfOptions options, IProgress<FactorisationProgress>? progress, CancellationToken cancellation)
    {
        var geometry = NmfGeometry.Of(x.GetLength(0), x.GetLength(1), options.Rank, _session.Form);
        using var onDevice = SpectrogramLayout.Upload(_session, x, geometry);
        var shared = SharedSpectrogram.Measure(_session, onDevice, geometry);
        var models = NmfModel.Of(options);
        IterationCount told;
        NmfFit[] fits;
        int atATime;
        using (var factorizer = new Factorizer(_session, geometry, options, models.Length))
        {
            atATime = factorizer.BatchModels;
            int inAll = (options.MaxIterations + options.AdaptIterations) * models.Chunk(atATime).Count();
            told = new IterationCount(inAll, (done, all, loss) => progress?.Report(new FactorisationProgress(done, all, loss)));
            fits = factorizer.Run(shared, models, told.Tell, cancellation);
        }
        told.Next();
        fits = Adaptation.Of(_session, geometry, shared, options, fits, atATime, told.Tell, cancellation);
        told.End(fits.Min(fit => fit.LossTrace[^1].Loss));
        int best = FitChoice.Best(fits);
        var fit = FitChoice.Finish(fits[best], options);
        return new MatrixFactorization
        {
            Templates = fit.Templates,
            Activations = fit.Activations,
            LossTrace = fit.LossTrace,
            Iterations = fit.Iterations,
            Stop = fit.Stop,
            Seed = options.Seed + (ulong)best,
            Restarts = RestartOutcome.Of(fits, options.Seed),
            Device = _session.Entry,
            Kind = _session.Kind,
            Warnings = options.EvadedPenalty is { } evaded ? [evaded] : [],
        };
    }

    /// <summary>
    /// Activations of another matrix for templates that stay as they are: scikit-learn's <c>transform</c>, with the rule, the stop and the penalty of the options, which
    /// should be those of the training.
    /// </summary>
    /// <remarks>
    /// It starts from H = sqrt(mean(X) / K) everywhere, coordinate descent from zero, as scikit-learn does, or from <see cref="NmfOptions.InitialActivations"/>. So the activations of the training's own matrix are
    /// not those of the training, which stopped elsewhere (in scikit-learn too: <c>fit(X).transform(X)</c> is not <c>fit_transform(X)</c>); started from the training's
    /// activations they go on from there.
    /// </remarks>
    /// <param name="x">X, bins x frames.</param>
    /// <param name="templates">W, bins x components.</param>
    /// <param name="options">Null is the default of every option; its rank is that of the templates, its other starts, and the support of the training's activations, are not used.</param>
    /// <param name="progress">As of <see cref="Fit"/>.</param>
    /// <param name="cancellation">Looked at between launches.</param>
    /// <returns>The templates as they came, and their activations.</returns>
    /// <inheritdoc cref="Fit" path="/exception"/>
    public MatrixFactorization Transform(
        float[,] x, float[,] templates, NmfOptions? options = null, IProgress<FactorisationProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(templates);
        MatrixCheck.Require(x);
        int rank = templates.GetLength(1);
        if (rank == 0) throw new ArgumentException("The templates have no columns; there must be a template at least.", nameof(templates));
        options ??= new NmfOptions();
        return Fit(x, options with
        {
            Rank = rank,
            Restarts = 1,
            NormalizeTemplates = false,
            AdaptIterations = 0,
            Initialization = NmfInitialization.Random,
            ActivationSupport = null,
            InitialTemplates = null,
            FixedTemplates = templates,
            InitialActivations = options.InitialActivations ?? MatrixCheck.Constant(rank, x.GetLength(1), options.Solver == NmfSolver.CoordinateDescent ? 0 : Math.Sqrt(MatrixCheck.Mean(x) / rank)),
        }, progress, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        if (_disposesSession) _session.Dispose();
    }
}

/// <summary>How far a factorisation is.</summary>
/// <param name="Iterations">Iterations done.</param>
/// <param name="InAll">Iterations in all, if none stops early; in the last report those that were done.</param>
/// <param name="Loss">The lowest loss so far.</param>
public readonly record struct FactorisationProgress(int Iterations, int InAll, double Loss);
