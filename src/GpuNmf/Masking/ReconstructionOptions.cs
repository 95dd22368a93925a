namespace GpuNmf.Masking;

/// <summary>How a component becomes audible.</summary>
public enum Reconstruction
{
    /// <summary>The component's share of each cell masks the mixture's complex spectrogram; the parts add up to the recording.</summary>
    Mask,

    /// <summary>The component's own magnitude W_k H_k with the mixture's phase (the usual notebook recipe); the parts do not add up.</summary>
    Magnitude,
}

/// <summary>What is factorised when there are several channels.</summary>
public enum ChannelMode
{
    /// <summary>The root of the mean power over the channels; one mask for every channel.</summary>
    Joint,

    /// <summary>Every channel's frames (row t C + c), shared templates, a mask for each channel.</summary>
    Stack,

    /// <summary>The mean of the channels; its mask is applied to every channel.</summary>
    Mono,
}

/// <summary>From factors to sound.</summary>
public sealed record ReconstructionOptions
{
    /// <summary>Mask or magnitude.</summary>
    public Reconstruction Reconstruction { get; init; } = Reconstruction.Mask;

    /// <summary>The power a of the mask (W_k H_k)^a / sum (W_j H_j)^a, above 0 and at most 16; 1 is the soft mask, 2 Wiener-like.</summary>
    public double MaskPower { get; init; } = 1;

    /// <summary>Treatment of several channels.</summary>
    public ChannelMode Channels { get; init; } = ChannelMode.Joint;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value lies outside its documented range.</exception>
    public void Validate()
    {
        if (!Enum.IsDefined(Reconstruction)) throw new ArgumentOutOfRangeException(nameof(Reconstruction), Reconstruction, "No such reconstruction.");
        if (!Enum.IsDefined(Channels)) throw new ArgumentOutOfRangeException(nameof(Channels), Channels, "No such channel mode.");
        if (!(MaskPower > 0 && MaskPower <= 16))
            throw new ArgumentOutOfRangeException(nameof(MaskPower), MaskPower, $"MaskPower is {MaskPower}; it must be above 0 and at most 16 (1 is the plain soft mask).");
    }
}
