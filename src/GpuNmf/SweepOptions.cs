using GpuNmf.Audio;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Masking;
using GpuNmf.Nmf;
using GpuNmf.Stft;

namespace GpuNmf;

/// <summary>Everything that decides what a sweep computes: every rank with every divergence, each from several random starts.</summary>
public sealed record SweepOptions
{
    /// <summary>Numbers of components, each in 1..256 and larger than the one before.</summary>
    public IReadOnlyList<int> Ranks { get; init; } = [.. Enumerable.Range(2, 15)];

    /// <summary>beta of each divergence, -1..4 and different.</summary>
    public IReadOnlyList<double> Betas { get; init; } = [1];

    /// <summary>Framing of the spectrogram.</summary>
    public StftOptions Stft { get; init; } = new();

    /// <summary>Treatment of several channels.</summary>
    public ChannelMode Channels { get; init; } = ChannelMode.Joint;

    /// <summary>The rest of the factorisation: solver, stopping rule, first seed and number of starts. Its rank and beta do not count, and a start of
    /// one's own is refused.</summary>
    public NmfOptions Nmf { get; init; } = new() { Restarts = 8 };

    /// <summary>Models in all.</summary>
    public long Models => (long)Ranks.Count * Betas.Count * Nmf.Restarts;

    /// <summary>Checks every value that does not depend on the recording.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value lies outside its documented range.</exception>
    /// <exception cref="ArgumentException">A list is empty or out of order, there is a start of one's own, something does not suit models of different ranks, or there are more iterations in all than can be counted.</exception>
    public void Validate()
    {
        Stft.Validate();
        if (!Enum.IsDefined(Channels)) throw new ArgumentOutOfRangeException(nameof(Channels), Channels, "No such channel mode.");
        if (Ranks.Count == 0) throw new ArgumentException("Ranks is empty; name at least one.", nameof(Ranks));
        if (Betas.Count == 0) throw new ArgumentException("Betas is empty; name at least one.", nameof(Betas));
        for (int i = 1; i < Ranks.Count; i++)
            if (Ranks[i] <= Ranks[i - 1]) throw new ArgumentException($"Ranks holds {Ranks[i]} behind {Ranks[i - 1]}; each must be larger than the one before.", nameof(Ranks));
        if (Betas.GroupBy(beta => beta).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"Betas holds {twice.Key} twice; name each once.", nameof(Betas));
        if (Nmf.InitialTemplates is not null || Nmf.InitialActivations is not null)
            throw new ArgumentException("A sweep starts at random; leave InitialTemplates and InitialActivations out.", nameof(Nmf));
        if (Nmf.FixedTemplates is not null || Nmf.AdaptIterations > 0 || Nmf.ActivationSupport is not null)
            throw new ArgumentException("The models of a sweep have different ranks; leave FixedTemplates, AdaptIterations and ActivationSupport out.", nameof(Nmf));
        if (Nmf.TimeLimit is not null) throw new ArgumentException("Models that share a device would end at different points of time; leave TimeLimit out of a sweep.", nameof(Nmf));
        if (Nmf.TargetLoss is not null) throw new ArgumentException("Models of different ranks and losses come down to different values; leave TargetLoss out of a sweep.", nameof(Nmf));
        foreach (NmfOptions problem in Problems()) problem.Validate();
        if (Models * Nmf.MaxIterations > int.MaxValue)
            throw new ArgumentException($"{Models} models of {Nmf.MaxIterations} iterations are {Models * Nmf.MaxIterations} in all; at most {int.MaxValue} can be. Take fewer ranks, starts or iterations.", nameof(Nmf));
    }

    /// <summary>Checks every value, and that they suit a recording. Samples are not read.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value lies outside its documented range.</exception>
    /// <exception cref="ArgumentException">As <see cref="Validate"/>, or the recording is empty, shorter than one frame, or has more frames than can be factorised.</exception>
    public void ValidateFor(IAudioSource recording)
    {
        ArgumentNullException.ThrowIfNull(recording);
        Validate();
        if (recording.Length == 0) throw new ArgumentException("The recording is empty: it has no samples.", nameof(recording));
        NmfGeometry.RequireFit(ColumnsOf(recording), Ranks[^1]);
        foreach (NmfOptions problem in Problems()) StartCheck.Require(problem, Stft.Bins, ColumnsOf(recording));
    }

    /// <summary>Columns of the spectrogram: the frames, or the frames of every channel where they are stacked.</summary>
    internal long ColumnsOf(IAudioSource recording) => Stft.FrameCount(recording.Length) * (Channels == ChannelMode.Stack ? recording.Channels : 1);

    /// <summary>A factorisation for each divergence and rank.</summary>
    internal IEnumerable<NmfOptions> Problems() => Betas.SelectMany(beta => Ranks.Select(rank => Nmf with { Rank = rank, Beta = beta }));
}
