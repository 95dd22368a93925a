using GpuNmf.Audio;
using GpuNmf.Devices;
using GpuNmf.Kernels.Masking;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Masking;
using GpuNmf.Nmf;
using GpuNmf.Nmf.Blocks;
using GpuNmf.Nmf.Starts;
using GpuNmf.Stft;

namespace GpuNmf;

/// <summary>Bytes that a recording's factorisation and stems take, beside its spectrogram.</summary>
internal sealed class MemoryNeeds
{
    private readonly NmfGeometry _geometry;
    private readonly NmfOptions _nmf;

    /// <param name="session">Device.</param>
    /// <param name="recording">Its channels and length count.</param>
    /// <param name="options">Checked against it.</param>
    /// <param name="renders">False: no stems are formed.</param>
    /// <param name="heldFits">Fits that are held until all are there.</param>
    internal MemoryNeeds(DeviceSession session, IAudioSource recording, SeparationOptions options, bool renders, int heldFits)
    {
        _nmf = options.Nmf;
        _geometry = NmfGeometry.Of(options.Stft.Bins, options.RowsOf(recording), _nmf.Rank, session.Form);
        var framing = ForwardTransform.FramingOf(options.Stft, recording.Length);
        TransformBytes = ForwardTransform.Bytes(session, options.Stft, recording.Channels, recording.Length, long.MaxValue);
        long activations = (long)_geometry.Rows * _geometry.RankPitch;
        int masks = options.Reconstruction.Channels == ChannelMode.Stack ? recording.Channels : 1;
        var sizes = StemSizes.Of(framing, recording.Channels, recording.Length, _geometry);
        RenderBytes = !renders ? 0 : ForwardTransform.Bytes(session, options.Stft, recording.Channels, recording.Length, sizes.Frames) + sizeof(float) * (_geometry.TemplateLength + activations) + sizes.BlockBytes(recording.Channels, masks, _geometry.Pitch)
            + sizeof(float) * StemLauncher.ScratchLengthOf(session, options.Stft.FftLength, sizes.Frames * recording.Channels);
        long cells = (long)_nmf.Rank * _geometry.Frames;
        // A start and the fits of all, one of them once more while its components are ordered; the rows' sums and maxima, and the losses; factors that penalties are summed of.
        long factors = sizeof(float) * (cells * (2 + heldFits) + 3L * _geometry.Rows + (_nmf.HasPenalties ? activations : 0));
        // Two places for a block of stems and of the input, a block of the input read ahead, and what of it the stems have left, in double precision.
        long ofAComponent = (long)recording.Channels * sizes.Samples;
        long stems = renders ? ofAComponent * (2 * sizeof(float) * (sizes.Components + 1L) + sizeof(float) + sizeof(double)) : 0;
        HostBytes = factors + stems + PiecesBytes;
        SpectrogramBytes = sizeof(float) * (long)_geometry.Rows * _geometry.Pitch;
    }

    /// <summary>Buffers of files and of what is on its way between host and device.</summary>
    private const long PiecesBytes = 32L << 20;

    /// <summary>X, all of it.</summary>
    internal long SpectrogramBytes { get; }

    /// <summary>On the device while rows of X are formed: samples, window, roots.</summary>
    internal long TransformBytes { get; }

    /// <summary>On the device while stems are formed.</summary>
    internal long RenderBytes { get; }

    /// <summary>In the host's memory: factors and what is on its way.</summary>
    internal long HostBytes { get; }

    /// <summary>Rows of X.</summary>
    internal int Rows => _geometry.Frames;

    /// <summary>Bytes of a row of X.</summary>
    internal long RowBytes => sizeof(float) * (long)_geometry.Pitch;

    /// <summary>Rows of a block at least.</summary>
    internal int LeastRows => Math.Min(_geometry.Frames, StreamedSpectrogram.LargestSlice(_geometry));

    /// <summary>Bytes of a checkpoint at most, but for the traces of the losses: a model at work takes more than one that has finished.</summary>
    internal long CheckpointBytes => _nmf.Restarts * NmfWorkspace.SavedBytes(_geometry, UpdateRule.For(_nmf), _nmf.Solver);

    /// <summary>On the device while it is factorised, X excepted.</summary>
    /// <param name="models">Models at a time.</param>
    internal long FactorBytes(int models) => Factorizer.Bytes(_geometry, _nmf, models) + PassingBytes;

    /// <summary>Of them what comes and goes: samples, and what X is measured or a start is made with.</summary>
    internal long PassingBytes => TransformBytes + Math.Max(StartBytes, 2 * sizeof(float) * (long)_geometry.Rows);

    /// <summary>Models at a time within so many bytes.</summary>
    internal int ModelsWithin(double bytes) => Factorizer.ModelsWithin(bytes, _geometry, _nmf, _nmf.Restarts);

    /// <summary>Two blocks of so many rows.</summary>
    internal long BlockBytes(int rows) => 2 * sizeof(float) * StreamedSpectrogram.BufferLength(_geometry, rows);

    /// <summary>What a start takes that X is multiplied for; a random one takes nothing.</summary>
    private long StartBytes => _nmf.Initialization switch
    {
        NmfInitialization.Random => 0,
        NmfInitialization.KMeans => SpectrogramProducts.Bytes(_geometry, _nmf.Rank) + FrameSample.Bytes(_geometry) + SpectrogramProducts.Bytes(FrameSample.GeometryOf(_geometry), _nmf.Rank),
        _ => SpectrogramProducts.Bytes(_geometry, SpectrogramProducts.ColumnsAtATime),
    };
}
