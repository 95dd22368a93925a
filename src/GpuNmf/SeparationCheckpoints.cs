using System.Text;
using GpuNmf.Checkpoints;
using GpuNmf.Nmf;

namespace GpuNmf;

/// <summary>
/// The checkpoints of one separation: who it is, the hash of its samples, the fits that are finished, and the batch at work. Behind the magic stand these, and
/// their hash.
/// </summary>
internal sealed class SeparationCheckpoints : IFitCheckpoints, IDisposable
{
    private const int HashBytes = 16;

    private static readonly byte[] s_magic = "GpuNmf checkpoint 1\n"u8.ToArray();

    private readonly ICheckpointStore _store;
    private readonly CheckpointPace _pace;
    private readonly RunIdentity _identity;
    private readonly NmfFit?[] _fits;
    private BinaryReader? _batch;
    private byte[]? _keptHash, _hash;

    /// <summary>Reads the checkpoint that is there, if one is.</summary>
    /// <param name="options">Where, how often.</param>
    /// <param name="identity">Of this run.</param>
    /// <param name="fits">Fits in all.</param>
    /// <exception cref="CheckpointException">It belongs to another run, or is damaged.</exception>
    internal SeparationCheckpoints(CheckpointOptions options, RunIdentity identity, int fits)
    {
        (_store, _pace, _identity, _fits) = (options.Store, new CheckpointPace(options.Interval), identity, new NmfFit?[fits]);
        if (IsWhole()) Read();
    }

    /// <summary>Models at a time of the batch that the checkpoint was made in; null without a checkpoint.</summary>
    internal int? Models { get; private set; }

    /// <summary>Models at a time of this run's batches.</summary>
    internal int ModelsInUse { get; set; }

    /// <summary>All fits, where none is missing; else null.</summary>
    internal NmfFit[]? Fits => Array.TrueForAll(_fits, fit => fit is not null) ? [.. _fits!] : null;

    public bool IsDue => _pace.IsDue;

    /// <summary>Says what the samples are.</summary>
    /// <exception cref="CheckpointException">They are not those of the checkpoint.</exception>
    internal void Require(byte[] hash)
    {
        _hash = hash;
        if (_keptHash is not null && !_keptHash.AsSpan().SequenceEqual(hash))
            throw new CheckpointException("The checkpoint is of another recording of the same length, or the recording was changed since; begin anew without it.");
    }

    /// <summary>Takes a fit that is finished.</summary>
    internal void Finish(int place, NmfFit fit) => _fits[place] = fit;

    public void Save(Action<BinaryWriter> batch) => _pace.Save(() => _store.Save(file => Write(file, batch)));

    /// <summary>Keeps all fits, where they took long enough; nothing is at work.</summary>
    internal void SaveFits()
    {
        if (_keptHash is not null || _pace.IsLong) _store.Save(file => Write(file, null));
    }

    public BinaryReader? Take()
    {
        var taken = _batch;
        _batch = null;
        return taken;
    }

    public void Dispose() => _batch?.Dispose();

    private void Write(Stream file, Action<BinaryWriter>? batch)
    {
        file.Write(s_magic);
        using var hashing = new HashingStream(file);
        using (var writer = new BinaryWriter(hashing, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(_identity.ToJson());
            writer.Write(_hash ?? throw new InvalidOperationException("The samples are not known yet."));
            writer.Write(ModelsInUse);
            foreach (var fit in _fits)
            {
                writer.Write(fit is not null);
                if (fit is not null) FitFile.Write(writer, fit);
            }
            writer.Write(batch is not null);
            batch?.Invoke(writer);
        }
        file.Write(hashing.Hash);
    }

    /// <summary>Whether there is a checkpoint; one that is there is complete.</summary>
    private bool IsWhole()
    {
        using var file = _store.Open();
        if (file is null) return false;
        var ahead = new byte[HashBytes];
        var magic = new byte[s_magic.Length];
        if (file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) < magic.Length || !magic.AsSpan().SequenceEqual(s_magic)
            || file.ReadAtLeast(ahead, HashBytes, throwOnEndOfStream: false) < HashBytes) throw Damaged(null);
        // The last bytes are the hash of those before.
        var hash = new System.IO.Hashing.XxHash128();
        var block = new byte[(1 << 16) + HashBytes];
        ahead.CopyTo(block, 0);
        for (int read; (read = file.Read(block.AsSpan(HashBytes))) > 0;)
        {
            hash.Append(block.AsSpan(0, read));
            block.AsSpan(read, HashBytes).CopyTo(block);
        }
        if (!hash.GetCurrentHash().AsSpan().SequenceEqual(block.AsSpan(0, HashBytes))) throw Damaged(null);
        return true;
    }

    private void Read()
    {
        var reader = new BinaryReader(_store.Open()!, Encoding.UTF8);
        try
        {
            reader.BaseStream.ReadExactly(new byte[s_magic.Length]);
            _identity.Require(RunIdentity.Parse(reader.ReadString()));
            _keptHash = reader.ReadBytes(HashBytes);
            Models = reader.ReadInt32();
            for (int i = 0; i < _fits.Length; i++)
                if (reader.ReadBoolean()) _fits[i] = FitFile.Read(reader);
            if (reader.ReadBoolean()) _batch = reader;
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or System.Text.Json.JsonException or OverflowException)
        {
            throw Damaged(exception);
        }
        finally
        {
            // What is left of the stream is the batch.
            if (_batch is null) reader.Dispose();
        }
    }

    private static CheckpointException Damaged(Exception? cause) => new("The checkpoint is damaged, or is none: its hash is another; begin anew without it.", cause!);
}
