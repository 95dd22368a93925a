using System.Runtime.InteropServices;
using GpuNmf.Kernels.Nmf;

namespace GpuNmf.Nmf;

/// <summary>Models that are factorised side by side, and how far they are.</summary>
/// <param name="first">Place of its first model among all.</param>
/// <param name="runs">A run a model.</param>
internal sealed class FitBatch(int first, ModelRun[] runs)
{
    /// <summary>Place of its first model among all.</summary>
    internal int First => first;

    /// <summary>All of its models.</summary>
    internal ModelRun[] Runs => runs;

    /// <summary>Those that have not stopped.</summary>
    internal List<ModelRun> Active { get; } = [.. runs];

    /// <summary>Iterations done.</summary>
    internal int Done { get; set; }

    /// <summary>Iterations done when the host looked at the models last.</summary>
    internal int Begun { get; private set; }

    /// <summary>Iterations done when it looks at them again.</summary>
    internal int Next { get; private set; }

    /// <summary>True where it sees the loss then.</summary>
    internal bool SeesLoss { get; private set; }

    /// <summary>True where the templates of the next iteration are made already: it goes on with its pass.</summary>
    internal bool HasStepped { get; set; }

    /// <summary>What the kernels do from <see cref="Begun"/> to <see cref="Next"/> [iterations][active].</summary>
    internal ModelState[] States { get; private set; } = [];

    /// <summary>Where the next iteration's models begin in <see cref="States"/>.</summary>
    internal int State => (Done - Begun) * Active.Count;

    /// <summary>The lowest of the last losses.</summary>
    internal double Loss => runs.Min(run => run.Loss);

    /// <summary>Prepares the iterations up to the next look.</summary>
    /// <param name="next">Iterations done then.</param>
    /// <param name="seesLoss">True where it sees the loss.</param>
    internal void Begin(int next, bool seesLoss)
    {
        (Begun, Next, SeesLoss) = (Done, next, seesLoss);
        States = [.. Enumerable.Range(Done + 1, next - Done).SelectMany(iteration => Active.Select(run => run.NextIteration(iteration == next && seesLoss)))];
    }

    /// <summary>Writes how far it is, without the models' factors; the templates of the next iteration are made.</summary>
    internal void Save(BinaryWriter writer)
    {
        foreach (int number in (int[])[first, runs.Length, Done, Begun, Next, Active.Count]) writer.Write(number);
        writer.Write(SeesLoss);
        foreach (var run in Active) writer.Write(run.Index);
        foreach (var run in runs) run.Save(writer);
        writer.Write(MemoryMarshal.AsBytes<ModelState>(States));
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <param name="reader">At its beginning.</param>
    /// <param name="restored">The run of a model: its place in the batch, and among all.</param>
    internal static FitBatch Load(BinaryReader reader, Func<int, int, ModelRun> restored)
    {
        int first = reader.ReadInt32(), count = reader.ReadInt32(), done = reader.ReadInt32(), begun = reader.ReadInt32(), next = reader.ReadInt32(), active = reader.ReadInt32();
        bool seesLoss = reader.ReadBoolean();
        int[] indices = [.. Enumerable.Range(0, active).Select(_ => reader.ReadInt32())];
        var batch = new FitBatch(first, [.. Enumerable.Range(0, count).Select(i => restored(i, first + i))]) { Done = done, Begun = begun, Next = next, SeesLoss = seesLoss, HasStepped = true };
        batch.Active.RemoveAll(run => !indices.Contains(run.Index));
        batch.States = new ModelState[(next - begun) * active];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(batch.States.AsSpan()));
        return batch;
    }
}
