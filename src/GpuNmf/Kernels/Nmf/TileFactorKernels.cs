using ILGPU;
using ILGPU.Algorithms;

namespace GpuNmf.Kernels.Nmf;

/// <summary>A factor [Rows][K'] and where its sums go: [slices][K'] or [slices][K'][K'], for each model of the launch.</summary>
internal struct FactorSumArgs
{
    public ArrayView<float> Factor;
    public ArrayView<float> Output;

    /// <summary>As in <see cref="PassArgs.Models"/>.</summary>
    public ArrayView<ModelState> Models;

    public int FirstModel;

    /// <summary>Floats between the factors of two models.</summary>
    public long FactorLength;

    /// <summary>Floats between the sums of two models.</summary>
    public long OutputLength;

    public int Rows;
    public int SliceRows;
    public int FirstSlice;
    public int RankPitch;

    /// <summary>The view of model <paramref name="model"/> of the launch.</summary>
    public readonly FactorSumArgs Of(int model)
    {
        long index = Models[FirstModel + model].Index;
        var own = this;
        own.Factor = Factor.SubView(index * FactorLength);
        own.Output = Output.SubView(index * OutputLength);
        return own;
    }
}

/// <summary>Sums of slices [slices][Columns], to be added up for each model of the launch.</summary>
internal struct SliceTreeArgs
{
    /// <summary>Slice 0 receives the sum; the others hold parts of it afterwards.</summary>
    public ArrayView<float> Partials;

    /// <summary>As in <see cref="PassArgs.Models"/>.</summary>
    public ArrayView<ModelState> Models;

    public int FirstModel;

    /// <summary>Floats between the sums of two models.</summary>
    public long Length;

    public int Columns;
    public int Slices;
}

/// <summary>The small kernels around a pass in tile form: sums of a factor over its rows, the tree over slices, the step of the templates.</summary>
internal static class TileFactorKernels
{
    internal const int Group = GroupSum.Threads;

    /// <summary>Sums of a factor's columns over each slice of its rows, rows upwards; launch with (slices, 1, models) groups of 128 threads.</summary>
    public static void Sums(FactorSumArgs args)
    {
        args = args.Of(Grid.IdxZ);
        int slice = args.FirstSlice + Grid.IdxX, end = IntrinsicMath.Min(args.Rows, (slice + 1) * args.SliceRows);
        for (int k = ILGPU.Group.IdxX; k < args.RankPitch; k += Group)
        {
            float sum = 0f;
            for (int row = slice * args.SliceRows; row < end; row++) sum += args.Factor[(long)row * args.RankPitch + k];
            args.Output[(long)slice * args.RankPitch + k] = sum;
        }
    }

    /// <summary>Products of a factor's columns over each slice of its rows, rows upwards; launch with (slices, K', models) groups of 128 threads.</summary>
    public static void Grams(FactorSumArgs args)
    {
        args = args.Of(Grid.IdxZ);
        int slice = args.FirstSlice + Grid.IdxX, end = IntrinsicMath.Min(args.Rows, (slice + 1) * args.SliceRows), j = Grid.IdxY;
        for (int k = ILGPU.Group.IdxX; k < args.RankPitch; k += Group)
        {
            float sum = 0f;
            for (int row = slice * args.SliceRows; row < end; row++)
            {
                var entries = args.Factor.SubView((long)row * args.RankPitch, args.RankPitch);
                sum += entries[j] * entries[k];
            }
            args.Output[((long)slice * args.RankPitch + j) * args.RankPitch + k] = sum;
        }
    }

    /// <summary>Entry 0 of each column becomes the tree sum over the slices; launch with a thread a column, (groups, models).</summary>
    public static void ReduceSlices(SliceTreeArgs args)
    {
        int column = Grid.IdxX * ILGPU.Group.DimX + ILGPU.Group.IdxX;
        long own = args.Models[args.FirstModel + Grid.IdxY].Index * args.Length;
        if (column < args.Columns) Tree(args.Partials.SubView(own + column), args.Columns, args.Slices);
    }

    /// <summary>The step of one entry of the templates [P][K'], and what extrapolates it; launch with a thread an entry, (groups, models).</summary>
    public static void Templates<TDivergence>(TemplateArgs args) where TDivergence : IDivergence
    {
        args = args.Of<TDivergence>(Grid.IdxY);
        int entry = Grid.IdxX * ILGPU.Group.DimX + ILGPU.Group.IdxX, length = args.Pitch * args.RankPitch;
        if (entry >= length) return;
        int k = entry % args.RankPitch;
        float numerator = Tree(args.Sums.Numerators.SubView(entry), length, args.Slices);
        float denominator;
        if (TDivergence.HasDenominator)
        {
            denominator = Tree(args.Sums.Denominators.SubView(entry), length, args.Slices);
        }
        else if (TDivergence.UsesGram)
        {
            var row = args.From.SubView(entry - k, args.RankPitch);
            denominator = 0f;
            for (int j = 0; j < args.Rank; j++) denominator += args.Sums.ActivationGrams[j * args.RankPitch + k] * row[j];
        }
        else
        {
            denominator = args.Sums.ActivationSums[k];
        }
        float before = args.Before[entry], from = args.From[entry], next = k < args.Rule.Fixed ? from : FactorUpdate.Step(from, numerator, denominator, args.RuleOf(k));
        args.To[entry] = next;
        args.ToExtrapolated[entry] = FactorUpdate.Extrapolate(next, before, args.Extrapolation);
    }

    /// <summary>The ridge of each template before its step (<see cref="StepRule.Sparsity"/>); launch with (K', models) groups of 128 threads, after the tree over the sums of the activations.</summary>
    public static void Ridges(TemplateArgs args)
    {
        var shared = SharedMemory.Allocate<float>(Group);
        args = args.Of<KullbackLeibler>(Grid.IdxY);
        float norm = Norm(shared, args, args.From);
        if (ILGPU.Group.IdxX == 0) args.Sums.Weights[args.RankPitch + Grid.IdxX] = norm > 0f ? args.Rule.Sparsity * args.Sums.ActivationSums[Grid.IdxX] / norm : 0f;
    }

    /// <summary>The lasso of each component's activations, after the step of its template; for beta 1 added to the template's sum, which is the rest of the denominator, so that no step needs to know.
    /// Launch as <see cref="Ridges"/>, after the tree over the sums of the templates.</summary>
    public static void Lassos<TDivergence>(TemplateArgs args) where TDivergence : IDivergence
    {
        var shared = SharedMemory.Allocate<float>(Group);
        args = args.Of<KullbackLeibler>(Grid.IdxY);
        float lasso = args.Rule.Sparsity * Norm(shared, args, args.To);
        if (ILGPU.Group.IdxX != 0) return;
        if (TDivergence.HasDenominator || TDivergence.UsesGram) args.Sums.Weights[Grid.IdxX] = lasso;
        else args.Sums.TemplateSums[Grid.IdxX] += lasso;
    }

    /// <summary>The Euclidean norm of the group's template: each thread's bins upwards, then the threads in a tree.</summary>
    private static float Norm(ArrayView<float> shared, TemplateArgs args, ArrayView<float> templates)
    {
        float sum = 0f;
        for (int bin = ILGPU.Group.IdxX; bin < args.Pitch; bin += Group)
        {
            float entry = templates[bin * args.RankPitch + Grid.IdxX];
            sum += entry * entry;
        }
        GroupSum.Store(shared, sum, shared, 0);
        return XMath.Sqrt(shared[0]);
    }

    /// <summary>
    /// Adds values <paramref name="stride"/> apart as neighbours in pairs, pairs in pairs, and so on, missing leaves zero; eight leaves are
    /// one step. Intermediate sums overwrite the first leaves.
    /// </summary>
    private static float Tree(ArrayView<float> values, int stride, int count)
    {
        for (int n = count; n > 1; n = (n + 7) / 8)
        {
            for (int i = 0; 8 * i < n; i++)
            {
                var v = values.SubView(8L * i * stride);
                long step = stride;
                int leaves = n - 8 * i;
                float a = v[0] + (leaves > 1 ? v[step] : 0f);
                float b = (leaves > 2 ? v[2 * step] : 0f) + (leaves > 3 ? v[3 * step] : 0f);
                float c = (leaves > 4 ? v[4 * step] : 0f) + (leaves > 5 ? v[5 * step] : 0f);
                float d = (leaves > 6 ? v[6 * step] : 0f) + (leaves > 7 ? v[7 * step] : 0f);
                values[(long)i * stride] = a + b + (c + d);
            }
        }
        return values[0];
    }
}
