using GpuNmf.Sweep;

namespace GpuNmf.Tests.Sweep;

/// <summary>Keeps the models of a sweep in memory; stops the sweep when it has so many.</summary>
internal sealed class MemoryStore(int most = int.MaxValue) : ISweepStore
{
    internal List<SweepModel> Saved { get; } = [];

    internal Dictionary<SweepKey, SweepModel> Before { get; init; } = [];

    internal SweepSetting? Setting { get; private set; }

    public void Begin(SweepSetting setting) => Setting = setting;

    public SweepModel? Load(SweepKey key) => Before.TryGetValue(key, out SweepModel? model) ? model with { Activations = null } : null;

    public void Save(SweepModel model)
    {
        if (Saved.Count == most) throw new OperationCanceledException();
        Saved.Add(model);
    }
}
