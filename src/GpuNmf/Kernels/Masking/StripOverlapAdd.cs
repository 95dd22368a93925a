using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ILGPU.Frontend;

namespace GpuNmf.Kernels.Masking;

/// <summary>From windowed frames to interleaved samples on the CPU accelerator, a block of samples at a time.</summary>
internal static unsafe class StripOverlapAdd
{
    /// <summary>Samples of a block: the sums of four channels lie in the first cache.</summary>
    private const int SampleBlock = 1024;

    private static int Blocks(int samples) => (samples + SampleBlock - 1) / SampleBlock;

    /// <summary>Sum of the squared windows that cover each sample; any number of groups of one thread, which take the blocks as they come.</summary>
    public static void Weights<TVector, TLanes>(StemArgs args) where TVector : unmanaged where TLanes : ILanes<TVector> =>
        WeighBlocks<TVector, TLanes>(args);

    /// <summary>Frames to samples; any number of groups of one thread, which take components and blocks as they come.</summary>
    public static void Run<TVector, TLanes>(StemArgs args) where TVector : unmanaged where TLanes : ILanes<TVector> =>
        AddBlocks<TVector, TLanes>(args);

    [External("strip_overlap_add")]
    private static void AddBlocks<TVector, TLanes>(StemArgs args) where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        var work = new StripWork(args.Progress, 0, args.ComponentCount * Blocks(args.SampleCount));
        while (work.Take(out int piece)) AddFrames<TVector, TLanes>(args, piece);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddFrames<TVector, TLanes>(in StemArgs args, int index) where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        int blocks = Blocks(args.SampleCount), component = index / blocks, block = index % blocks * SampleBlock;
        int count = Math.Min(SampleBlock, args.SampleCount - block);
        float* output = args.Output.Pointer() + ((long)component * args.SampleCount + block) * args.Channels;
        float* sums = stackalloc float[FourByFour.Count * SampleBlock];
        for (int channel = 0; channel < args.Channels; channel += FourByFour.Count)
        {
            int channels = Math.Min(FourByFour.Count, args.Channels - channel);
            for (int c = 0; c < channels; c++) AddChannel<TVector, TLanes>(args, component, channel + c, block, count, sums + c * SampleBlock);
            Interleave(sums, channels, count, output + channel, args.Channels);
        }
    }

    /// <summary>A block of samples of one channel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddChannel<TVector, TLanes>(in StemArgs args, int component, int channel, int block, int count, float* sums)
        where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        var rows = new FrameRows
        {
            First = args.Frames.Pointer() + ((long)component * args.FrameCount * args.Channels + channel) * args.FftLength,
            Pitch = (long)args.Channels * args.FftLength,
        };
        if (args.HopLength >= 2 * TLanes.Count) AddInRegisters<TVector, TLanes>(args, rows, block, count, sums);
        else AddInMemory<TVector, TLanes>(args, rows, block, count, sums);
        float* weights = args.Normalizers.Pointer() + block;
        int n = 0;
        for (; n <= count - TLanes.Count; n += TLanes.Count) TLanes.Store(TLanes.Divide(TLanes.Load(sums + n), TLanes.Load(weights + n)), sums + n);
        for (; n < count; n++) sums[n] /= weights[n];
    }

    /// <summary>Stretches of samples that the same frames cover: the sums of up to four vectors stay in registers for all of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddInRegisters<TVector, TLanes>(in StemArgs args, FrameRows rows, int block, int count, float* sums)
        where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        for (int n = 0; n < count;)
        {
            int begin = n, first = args.FirstFrameOf(block + n), last = args.LastFrameOf(block + n), covering = last - first + 1;
            int to = Math.Min(count, args.StartOf(first) + args.FftLength - block);
            if (last + 1 < args.FrameCount) to = Math.Min(to, args.StartOf(last + 1) - block);
            float* frame = rows.First + first * rows.Pitch - (args.StartOf(first) - block);
            // Sample n of the block is so much further in a frame than in the one behind it.
            long pitch = rows.Pitch - args.HopLength;
            for (; n <= to - 4 * TLanes.Count; n += 4 * TLanes.Count) AddFour<TVector, TLanes>(frame + n, pitch, covering, sums + n);
            for (; n <= to - TLanes.Count; n += TLanes.Count) AddOne<TVector, TLanes>(frame + n, pitch, covering, sums + n);
            if (n < to && to - begin >= TLanes.Count)
            {
                // The last vector lies partly over the one before it, whose samples get the same bits once more.
                AddOne<TVector, TLanes>(frame + to - TLanes.Count, pitch, covering, sums + to - TLanes.Count);
                n = to;
            }
            for (; n < to; n++)
            {
                float sum = 0, lost = 0;
                float* row = frame + n;
                for (int t = 0; t < covering; t++, row += pitch) AddCompensated(ref sum, ref lost, *row);
                sums[n] = sum;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddOne<TVector, TLanes>(float* row, long pitch, int frames, float* sums)
        where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        TVector sum = default, lost = default;
        for (int t = 0; t < frames; t++, row += pitch) AddCompensated<TVector, TLanes>(ref sum, ref lost, TLanes.Load(row));
        TLanes.Store(sum, sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddFour<TVector, TLanes>(float* row, long pitch, int frames, float* sums)
        where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        TVector a = default, b = default, c = default, d = default, aLost = default, bLost = default, cLost = default, dLost = default;
        for (int t = 0; t < frames; t++, row += pitch)
        {
            AddCompensated<TVector, TLanes>(ref a, ref aLost, TLanes.Load(row));
            AddCompensated<TVector, TLanes>(ref b, ref bLost, TLanes.Load(row + TLanes.Count));
            AddCompensated<TVector, TLanes>(ref c, ref cLost, TLanes.Load(row + 2 * TLanes.Count));
            AddCompensated<TVector, TLanes>(ref d, ref dLost, TLanes.Load(row + 3 * TLanes.Count));
        }
        TLanes.Store(a, sums);
        TLanes.Store(b, sums + TLanes.Count);
        TLanes.Store(c, sums + 2 * TLanes.Count);
        TLanes.Store(d, sums + 3 * TLanes.Count);
    }

    /// <summary>Hops shorter than two vectors: frame after frame.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddInMemory<TVector, TLanes>(in StemArgs args, FrameRows rows, int block, int count, float* sums)
        where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        float* lost = stackalloc float[SampleBlock];
        new Span<float>(sums, count).Clear();
        new Span<float>(lost, count).Clear();
        for (int t = 0; t < args.FrameCount; t++)
        {
            if (!Covers(args, t, block, count, out long offset, out int n, out int to)) continue;
            float* frame = rows.First + t * rows.Pitch - offset;
            for (; n <= to - TLanes.Count; n += TLanes.Count) AddCompensated<TVector, TLanes>(sums + n, lost + n, TLanes.Load(frame + n));
            for (; n < to; n++) AddCompensated(ref sums[n], ref lost[n], frame[n]);
        }
    }

    /// <summary>target[n pitch + c] = rows[c][n], for at most four rows of a block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Interleave(float* rows, int channels, int count, float* target, int pitch)
    {
        if (pitch == 1)
        {
            new ReadOnlySpan<float>(rows, count).CopyTo(new Span<float>(target, count));
            return;
        }
        int n = 0, whole = count - count % FourByFour.Count;
        if (channels == FourByFour.Count)
            for (; n < whole; n += FourByFour.Count) FourByFour.Transpose(rows + n, SampleBlock, target + (long)n * pitch, pitch);
        else if (channels == 2)
            for (; n < whole; n += FourByFour.Count) InterleavePair(rows + n, target + (long)n * pitch, pitch);
        for (; n < count; n++)
            for (int c = 0; c < channels; c++)
                target[(long)n * pitch + c] = rows[c * SampleBlock + n];
    }

    /// <summary>Four samples of two channels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InterleavePair(float* rows, float* target, int pitch)
    {
        Vector128<float> a = Vector128.Load(rows), b = Vector128.Load(rows + SampleBlock);
        Vector128<float> low = FourByFour.InterleaveLow(a, b), high = FourByFour.InterleaveHigh(a, b);
        low.GetLower().Store(target);
        low.GetUpper().Store(target + pitch);
        high.GetLower().Store(target + 2 * pitch);
        high.GetUpper().Store(target + 3 * pitch);
    }

    [External("strip_weights")]
    private static void WeighBlocks<TVector, TLanes>(StemArgs args) where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        var work = new StripWork(args.Progress, 0, Blocks(args.SampleCount));
        while (work.Take(out int block)) WeighSamples<TVector, TLanes>(args, block);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WeighSamples<TVector, TLanes>(in StemArgs args, int index) where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        int block = index * SampleBlock, count = Math.Min(SampleBlock, args.SampleCount - block);
        float* weights = args.Normalizers.Pointer() + block;
        float* lost = stackalloc float[SampleBlock];
        new Span<float>(weights, count).Clear();
        new Span<float>(lost, count).Clear();
        for (int t = 0; t < args.FrameCount; t++)
        {
            if (!Covers(args, t, block, count, out long offset, out int n, out int to)) continue;
            float* window = args.Window.Pointer() - offset;
            for (; n <= to - TLanes.Count; n += TLanes.Count)
            {
                TVector gain = TLanes.Load(window + n);
                AddCompensated<TVector, TLanes>(weights + n, lost + n, TLanes.Multiply(gain, gain));
            }
            for (; n < to; n++) AddCompensated(ref weights[n], ref lost[n], window[n] * window[n]);
        }
    }

    /// <summary>The part of a block of samples that a frame covers: sample n of the block is sample n - offset of the frame.</summary>
    private static bool Covers(in StemArgs args, int frame, int block, int count, out long offset, out int from, out int to)
    {
        offset = (args.FirstFrame + frame) * args.HopLength - args.Lead - args.FirstSample - block;
        from = (int)Math.Clamp(offset, 0, count);
        to = (int)Math.Clamp(offset + args.FftLength, 0, count);
        return from < to;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddCompensated<TVector, TLanes>(float* sum, float* lost, TVector value)
        where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        TVector s = TLanes.Load(sum), l = TLanes.Load(lost);
        AddCompensated<TVector, TLanes>(ref s, ref l, value);
        TLanes.Store(l, lost);
        TLanes.Store(s, sum);
    }

    /// <summary>Kahan's sum: at a hop of a few samples thousands of frames cover a sample.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddCompensated<TVector, TLanes>(ref TVector sum, ref TVector lost, TVector value)
        where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        TVector corrected = TLanes.Subtract(value, lost), next = TLanes.Add(sum, corrected);
        lost = TLanes.Subtract(TLanes.Subtract(next, sum), corrected);
        sum = next;
    }

    private static void AddCompensated(ref float sum, ref float lost, float value)
    {
        float corrected = value - lost, next = sum + corrected;
        lost = next - sum - corrected;
        sum = next;
    }

    /// <summary>The windowed frames of one component and channel.</summary>
    private struct FrameRows
    {
        public float* First;

        /// <summary>Floats from a frame to the next.</summary>
        public long Pitch;
    }
}
