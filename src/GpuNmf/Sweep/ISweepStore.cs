namespace GpuNmf.Sweep;

/// <summary>On what a sweep runs; models of another device or spectrogram cannot be mixed with its own.</summary>
/// <param name="DeviceId">Such as <c>cpu</c> or <c>cuda:0</c>.</param>
/// <param name="DeviceName">The device's own name.</param>
/// <param name="Kind">Kind of device and SIMD width, which the rounding belongs to.</param>
/// <param name="Bins">Frequency bins F.</param>
/// <param name="Columns">Columns of the spectrogram: frames, or frames x channels when they are stacked.</param>
public sealed record SweepSetting(string DeviceId, string DeviceName, string Kind, int Bins, long Columns);

/// <summary>Takes the finished models of a sweep, one by one, and gives those back that it has from before. Called from one thread at a time.</summary>
/// <remarks>A key tells the models of one sweep apart. It is the store's to keep recordings and options apart: models of others would be taken for its own.</remarks>
public interface ISweepStore
{
    /// <summary>Called once, before any other: it may throw where it holds models of another setting.</summary>
    void Begin(SweepSetting setting);

    /// <summary>The model of that key, which needs not be computed again, or null. Its activations may be null.</summary>
    SweepModel? Load(SweepKey key);

    /// <summary>Called as soon as a model has finished. The sweep itself does not keep its activations, and the templates no longer than the rank takes.</summary>
    void Save(SweepModel model);
}
