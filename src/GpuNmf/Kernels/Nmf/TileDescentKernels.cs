using ILGPU;

namespace GpuNmf.Kernels.Nmf;

/// <summary>
/// Sweeps of coordinate descent in tile form (<see cref="StripDescent"/> has the rule): a group a few frames for the activations, whose sums over the bins it forms itself, and
/// a thread a bin for the templates.
/// </summary>
/// <remarks>X [rows][P], templates [P][K'], activations [rows][K']. Sums: bins upwards; components upwards.</remarks>
internal static class TileDescentKernels
{
    /// <summary>Threads of a group.</summary>
    internal const int Group = TileLoading.Group;

    /// <summary>Frames of a group.</summary>
    internal const int Frames = 8;

    /// <summary>The largest K'.</summary>
    private const int MostRank = 256;

    /// <summary>Components that the threads of a group take at a time.</summary>
    private const int AtATime = Group / Frames;

    /// <summary>Launch with (blocks of <see cref="Frames"/> frames x models) groups, models fastest.</summary>
    public static void Activations(DescentPassArgs descent)
    {
        var numerators = SharedMemory.Allocate<float>(Frames * MostRank);
        var args = descent.Pass;
        int first = args.FirstSlice * args.SliceFrames + Grid.IdxX / args.ModelCount * Frames;
        args = args.Of<FrobeniusDescent>(Grid.IdxX % args.ModelCount);
        int thread = ILGPU.Group.IdxX, local = thread / AtATime;
        var x = args.X.SubView((long)(first + local) * args.Pitch, args.Pitch);
        for (int k = thread % AtATime; k < args.RankPitch; k += AtATime)
        {
            float sum = 0f;
            for (int f = 0; f < args.Pitch; f++) sum += x[f] * args.Templates[f * args.RankPitch + k];
            numerators[local * MostRank + k] = sum;
        }
        ILGPU.Group.Barrier();
        int frame = first + thread;
        if (thread >= Frames || frame >= descent.EndFrame) return;
        Sweep(args, frame, numerators.SubView(thread * MostRank, MostRank));
    }

    /// <summary>Launch with a thread a bin, (groups, models), after the trees over the slices of the numerators and of H H^T.</summary>
    public static void Templates(TemplateArgs args)
    {
        args = args.Of<FrobeniusDescent>(Grid.IdxY);
        int bin = Grid.IdxX * ILGPU.Group.DimX + ILGPU.Group.IdxX, rankPitch = args.RankPitch;
        if (bin >= args.Pitch) return;
        int first = bin * rankPitch;
        for (int k = 0; k < rankPitch; k++) args.To[first + k] = args.From[first + k];
        float violation = 0f;
        for (int i = 0; i < args.Rank; i++)
        {
            int k = args.Descent.Order[i];
            if (k < args.Rule.Fixed) continue;
            var rule = args.RuleOf(k);
            float slope = rule.Lasso + rule.Ridge * args.To[first + k] - args.Sums.Numerators[first + k];
            for (int j = 0; j < args.Rank; j++) slope += args.Sums.ActivationGrams[k * rankPitch + j] * args.To[first + j];
            args.To[first + k] = Step(args.To[first + k], slope, args.Sums.ActivationGrams[k * rankPitch + k] + rule.Ridge, ref violation);
        }
        args.Descent.Violations[args.Rows + bin] = violation;
    }

    /// <summary>A sweep of one frame, whose entries stand in memory.</summary>
    private static void Sweep(PassArgs args, int frame, ArrayView<float> numerators)
    {
        var h = args.Activations.SubView((long)frame * args.RankPitch, args.RankPitch);
        float violation = 0f;
        for (int i = 0; i < args.Rank; i++)
        {
            int k = args.Descent.Order[args.RankPitch + i];
            var row = args.Sums.TemplateGram.SubView(k * args.RankPitch, args.RankPitch);
            var rule = args.RuleOf<FrobeniusDescent>(k);
            float slope = rule.Lasso + rule.Ridge * h[k] - numerators[k];
            for (int j = 0; j < args.Rank; j++) slope += row[j] * h[j];
            h[k] = Step(h[k], slope, row[k] + rule.Ridge, ref violation);
        }
        args.Descent.Violations[frame] = violation;
    }

    private static float Step(float entry, float slope, float curvature, ref float violation)
    {
        float projected = entry == 0f && slope > 0f ? 0f : slope;
        violation += projected < 0f ? -projected : projected;
        float next = curvature == 0f ? entry : entry - slope / curvature;
        return next > 0f ? next : 0f;
    }
}

/// <summary>A pass of coordinate descent over the activations.</summary>
internal struct DescentPassArgs
{
    public PassArgs Pass;

    /// <summary>Behind the last frame of the launch.</summary>
    public int EndFrame;
}
