using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Frontend;

namespace GpuNmf.Kernels.Nmf;

/// <summary>
/// Sweeps of coordinate descent on the CPU accelerator: entry by entry, w = max(0, w - gradient / curvature), from the sums of a pass and the other factor's Gram matrix.
/// Cichocki and Phan, "Fast local algorithms for large scale nonnegative matrix and tensor factorizations" (2009); scikit-learn's <c>_update_cdnmf_fast</c>.
/// </summary>
internal static unsafe class StripDescent
{
    /// <summary>Bins of a piece of work.</summary>
    internal const int BinsOfAPiece = 32;

    /// <summary>The sweep of one frame's activations. Its gradient is kept up to date, an entry's move times its row of W^T W at a time.</summary>
    /// <param name="args">View of the model.</param>
    /// <param name="from">The activations before [K'].</param>
    /// <param name="numerators">Vectors whose lanes add up to W^T x, <paramref name="stride"/> apart.</param>
    /// <param name="stride">Between the vectors of two components.</param>
    /// <param name="gradient">W^T W h [K'], overwritten.</param>
    /// <param name="to">Receives the activations [K'].</param>
    /// <param name="violation">Receives the sum of |projected gradient|.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Frame<TVector, TLanes>(in PassArgs args, float* from, TVector* numerators, int stride, float* gradient, float* to, float* violation)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        int rankPitch = args.RankPitch;
        float ridge = args.Rule.Ridge, sum = 0;
        float* gram = args.Sums.TemplateGram.Pointer();
        for (int k = 0; k < rankPitch; k += TLanes.Count)
        {
            var h = TLanes.Load(from + k);
            var slope = TLanes.Subtract(TLanes.Load(gradient + k), TLanes.SumEach(numerators + stride * k, stride));
            var lasso = args.Rule.Sparsity > 0 ? TLanes.Load(args.Sums.Weights.Pointer() + k) : TLanes.Broadcast(args.Rule.Lasso);
            TLanes.Store(TLanes.Fma(h, TLanes.Broadcast(ridge), TLanes.Add(slope, lasso)), gradient + k);
            TLanes.Store(h, to + k);
        }
        for (int i = 0; i < args.Rank; i++)
        {
            int k = args.Descent.Order[rankPitch + i];
            float* row = gram + k * rankPitch;
            float before = to[k], slope = gradient[k], curvature = row[k] + ridge;
            sum += Math.Abs(before == 0 ? Math.Min(0, slope) : slope);
            if (curvature == 0) continue;
            float next = Math.Max(before - slope / curvature, 0), move = next - before;
            if (move == 0) continue;
            to[k] = next;
            var scale = TLanes.Broadcast(move);
            for (int j = 0; j < rankPitch; j += TLanes.Count) TLanes.Store(TLanes.Fma(TLanes.Load(row + j), scale, TLanes.Load(gradient + j)), gradient + j);
            gradient[k] += ridge * move;
        }
        *violation = sum;
    }

    /// <summary>Launch with one group of one thread a model and piece of bins, after the reductions of <see cref="StripTemplateKernel.Run"/>.</summary>
    public static void Templates<TVector, TLanes>(TemplateArgs args)
        where TVector : unmanaged
        where TLanes : ILanes<TVector> =>
        Piece<TVector, TLanes>(args.Of<FrobeniusDescent>(Grid.IdxX % args.ModelCount), Grid.IdxX / args.ModelCount * BinsOfAPiece);

    /// <summary>The sweep of some bins' templates, a vector of bins at a time.</summary>
    [External("strip_descent")]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Piece<TVector, TLanes>(TemplateArgs args, int firstBin)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        var w = stackalloc TVector[args.Rank];
        float* gram = args.Sums.ActivationGrams.Pointer();
        for (int m = firstBin; m < firstBin + BinsOfAPiece; m += TLanes.Count)
        {
            for (int k = 0; k < args.Rank; k++) w[k] = TLanes.Load(args.From.Pointer() + (long)k * args.Pitch + m);
            var violations = default(TVector);
            for (int i = 0; i < args.Rank; i++)
            {
                int k = args.Descent.Order[i];
                if (k < args.Rule.Fixed) continue;
                StepRule rule = args.RuleOf(k);
                float* row = gram + k * args.RankPitch;
                float curvature = row[k] + rule.Ridge;
                var slope = TLanes.Subtract(TLanes.Fma(w[k], TLanes.Broadcast(rule.Ridge), TLanes.Broadcast(rule.Lasso)), TLanes.Load(args.Sums.Numerators.Pointer() + (long)k * args.Pitch + m));
                for (int j = 0; j < args.Rank; j++) slope = TLanes.Fma(w[j], TLanes.Broadcast(row[j]), slope);
                // |slope|, where the entry is zero only of a slope that would raise it.
                var falling = TLanes.Max(TLanes.Subtract(default, slope), default);
                violations = TLanes.Add(violations, TLanes.Add(falling, TLanes.WherePositive(w[k], TLanes.Max(slope, default))));
                if (curvature == 0) continue;
                w[k] = TLanes.Max(TLanes.Subtract(w[k], TLanes.Divide(slope, TLanes.Broadcast(curvature))), default);
            }
            for (int k = 0; k < args.Rank; k++) TLanes.Store(w[k], args.To.Pointer() + (long)k * args.Pitch + m);
            TLanes.Store(violations, args.Descent.Violations.Pointer() + args.Rows + m);
        }
    }
}
