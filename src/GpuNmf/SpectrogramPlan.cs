using System.Globalization;
using GpuNmf.Devices;

namespace GpuNmf;

/// <summary>Where the spectrogram of a run is, and how much of everything is on the device at a time.</summary>
/// <param name="Storage">Any but <see cref="SpectrogramStorage.Auto"/>.</param>
/// <param name="BlockRows">Rows of a block where it is not on the device; else all.</param>
/// <param name="Models">Models at a time.</param>
/// <param name="PassingBytes">What comes and goes on the device beside factors and X.</param>
internal sealed record SpectrogramPlan(SpectrogramStorage Storage, int BlockRows, int Models, long PassingBytes)
{
    /// <summary>Blocks of a pass.</summary>
    /// <param name="rows">Rows of X.</param>
    internal int Blocks(int rows) => (rows - 1) / BlockRows + 1;

    /// <summary>Rows brought to the device in a pass: all but those of the two blocks that the pass before has left there.</summary>
    internal double RowsBrought(int rows) => Storage == SpectrogramStorage.Device ? 0 : Math.Max(0, rows - 2.0 * BlockRows);

    /// <summary>The same with blocks of half the rows; X that was to be on the device is formed again in every pass.</summary>
    /// <param name="leastRows">Rows of a block at least.</param>
    internal SpectrogramPlan Smaller(int leastRows) => this with
    {
        Storage = Storage == SpectrogramStorage.Device ? SpectrogramStorage.Recomputed : Storage,
        BlockRows = Math.Max(leastRows, BlockRows / 2),
    };

    /// <summary>The plan for a budget.</summary>
    /// <param name="needs">What the run takes beside X.</param>
    /// <param name="budget">What it may take.</param>
    /// <param name="memory">Where X is to be.</param>
    /// <param name="quickest">Chooses among the storages that have room, when none was asked for.</param>
    /// <param name="freeDiskBytes">Room where X would be spooled.</param>
    /// <exception cref="DeviceMemoryException">Not even two blocks fit, or X not where it was asked for; the message has the numbers.</exception>
    internal static SpectrogramPlan For(
        MemoryNeeds needs, MemoryBudget budget, MemoryOptions memory, Func<SpectrogramStorage[], SpectrogramStorage> quickest, long freeDiskBytes)
    {
        var asked = memory.Spectrogram;
        long device = budget.IsShared ? budget.DeviceBytes - needs.HostBytes : budget.DeviceBytes;
        // Of many models, as many at a time as leave X most of the room.
        int models = memory.Models ?? Math.Min(memory.MostModels ?? int.MaxValue, needs.ModelsWithin(Math.Min(Nmf.Factorizer.BytesOfABatch, device / 4.0)));
        if (needs.RenderBytes > device) throw TooLittle(needs, budget, memory);
        bool hostHasRoom = needs.HostBytes + needs.SpectrogramBytes <= budget.HostBytes;
        if (asked == SpectrogramStorage.Host && !hostHasRoom) throw TooLittleOnHost(needs, budget);
        long left = device - needs.FactorBytes(models) - (asked == SpectrogramStorage.Host && budget.IsShared ? needs.SpectrogramBytes : 0);
        bool fits = needs.SpectrogramBytes <= left;
        if (asked == SpectrogramStorage.Device && !fits) throw TooLittleForAll(needs, budget, device - left);
        if (fits && asked is SpectrogramStorage.Auto or SpectrogramStorage.Device) return new(SpectrogramStorage.Device, needs.Rows, models, needs.PassingBytes);
        if (needs.BlockBytes(needs.LeastRows) > left) throw TooLittle(needs, budget, memory);
        int rows = (int)Math.Min(needs.Rows, left / (2 * needs.RowBytes));
        // Buffers have rows to spare.
        while (needs.BlockBytes(rows) > left) rows -= (int)((needs.BlockBytes(rows) - left) / (2 * needs.RowBytes)) + 1;
        rows = Math.Max(Math.Min(rows, memory.MostBlockRows ?? rows), needs.LeastRows);
        if (asked != SpectrogramStorage.Auto) return new(asked, rows, models, needs.PassingBytes);
        var choices = new List<SpectrogramStorage> { SpectrogramStorage.Recomputed };
        if (!budget.IsShared && hostHasRoom) choices.Add(SpectrogramStorage.Host);
        if (needs.SpectrogramBytes <= freeDiskBytes / 10 * 9) choices.Add(SpectrogramStorage.Disk);
        return new(choices.Count == 1 ? choices[0] : quickest([.. choices]), rows, models, needs.PassingBytes);
    }

    private static DeviceMemoryException TooLittle(MemoryNeeds needs, MemoryBudget budget, MemoryOptions memory)
    {
        bool isOnHost = memory.Spectrogram == SpectrogramStorage.Host && budget.IsShared;
        long device = Math.Max(needs.FactorBytes(memory.Models ?? 1) + needs.BlockBytes(needs.LeastRows) + (isOnHost ? needs.SpectrogramBytes : 0), needs.RenderBytes);
        long least = budget.IsShared ? device + needs.HostBytes : device;
        string batch = memory.Models is { } models and > 1 ? $" with the {models} starts side by side of its checkpoint" : "";
        return new DeviceMemoryException(string.Create(CultureInfo.InvariantCulture,
            $"The run takes at least {MiB(least):F0} MiB{batch}, and the limit (LimitBytes) leaves it {MiB(budget.DeviceBytes):F0} MiB; allow more, or take {(isOnHost ? "another place for the spectrogram, " : "")}fewer components, a larger hop or a shorter piece."));
    }

    private static DeviceMemoryException TooLittleForAll(MemoryNeeds needs, MemoryBudget budget, long factors) => new(string.Create(CultureInfo.InvariantCulture,
        $"The spectrogram takes {MiB(needs.SpectrogramBytes):F0} MiB on the device beside {MiB(factors + (budget.IsShared ? needs.HostBytes : 0)):F0} MiB for everything else, and the limit (LimitBytes) leaves {MiB(budget.DeviceBytes):F0} MiB; allow more, or let the spectrogram be elsewhere and pass through in blocks."));

    private static DeviceMemoryException TooLittleOnHost(MemoryNeeds needs, MemoryBudget budget) => new(string.Create(CultureInfo.InvariantCulture,
        $"The spectrogram and the factors take {MiB(needs.HostBytes + needs.SpectrogramBytes):F0} MiB of the host's memory, and {(budget.IsShared ? "the limit (LimitBytes) leaves them" : "half of what it has free is")} {MiB(budget.HostBytes):F0} MiB; have the spectrogram recomputed or on disk{(budget.IsShared ? ", or allow more" : "")}."));

    private static double MiB(long bytes) => bytes / 1048576.0;
}
