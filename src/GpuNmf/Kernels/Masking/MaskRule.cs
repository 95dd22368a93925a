using ILGPU.Algorithms;

namespace GpuNmf.Kernels.Masking;

/// <summary>
/// The gain of a component in a cell: its share (w h / peak)^a over the sum of all shares, where peak is the largest w h of the cell, so that
/// nothing underflows; equal gains where the peak is 0.
/// </summary>
internal struct MaskRule
{
    /// <summary>Keeps the reciprocal of a denormal peak finite.</summary>
    private const float Lift = 1 << 24;

    private float _power;
    private float _equal;

    /// <summary>True for a = 1: a gain is a product, without the peak.</summary>
    internal readonly bool IsProportional => _power == 1f;

    internal static MaskRule Of(StemArgs args) => new() { _power = args.MaskPower, _equal = 1f / args.Components };

    /// <summary>The share of w h.</summary>
    internal readonly float Share(float own, float peak)
    {
        float share = peak > 0f ? own / peak : 0f;
        return _power == 1f ? share : share > 0f ? XMath.Exp(_power * XMath.Log(share)) : 0f;
    }

    /// <summary>What the gains of a cell have in common, from the sum of its shares; for a = 1 divided by the peak as well, and -1 where that is 0.</summary>
    internal readonly float Scale(float peak, float sum)
    {
        if (!IsProportional) return peak > 0f ? 1f / sum : 0f;
        return peak > 0f ? 1f / sum / (peak * Lift) : -1f;
    }

    /// <summary>The gain of w h for a = 1.</summary>
    internal readonly float Gain(float own, float scale) => scale >= 0f ? own * Lift * scale : _equal;

    /// <summary>The gain of w h for any a.</summary>
    internal readonly float Gain(float own, float peak, float scale) => peak > 0f ? Share(own, peak) * scale : _equal;
}
