using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ILGPU;
using ILGPU.Frontend;

namespace GpuNmf.Kernels.Masking;

/// <summary>From windowed frames to interleaved samples on the CPU accelerator, a block of samples at a time.</summary>
internal static unsafe class StripOverlapAdd
{
    /// <summary>Samples of a block: the sums of four channels lie in the first cache.</summary>
    private const int SampleBlock = 1024;

    private static int Blocks(int samples) => (samples + SampleBlock - 1) / SampleBlock;

    /// <summary>Sum of the squared windows that cover each sample; any number of groups of one thread, which share the blocks evenly.</summary>
    public static void Weights<TVector, TLanes>(StemArgs args) where TVector : unmanaged where TLanes : ILanes<TVector> =>
        WeighBlocks<TVector, TLanes>(args, Grid.IdxX, Grid.DimX);

    /// <summary>Frames to samples; any number of groups of one thread, which share components and blocks evenly.</summary>
    public static void Run<TVector, TLanes>(StemArgs args) where TVector : unmanaged where TLanes : ILanes<TVector> =>
        AddBlocks<TVector, TLanes>(args, Grid.IdxX, Grid.DimX);

    [External("strip_overlap_add")]
    private static void AddBlocks<TVector, TLanes>(StemArgs args, int group, int groups) where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        int pieces = args.ComponentCount * Blocks(args.SampleCount);
        for (int piece = group; piece < pieces; piece += groups) AddFrames<TVector, TLanes>(args, piece);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddFrames<TVector, TLanes>(in StemArgs args, int index) where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        int blocks = Blocks(args.SampleCount), component = index / blocks, block = index % blocks * SampleBlock;
        int count = Math.Min(SampleBlock, args.SampleCount - block);
        float* output = args.Output.Pointer() + ((long)component * args.SampleCount + block) * args.Channels;
        float* room = stackalloc float[5 * 1200];
        float* sums = (float*)(((nint)room + 63) & ~(nint)63);
        float* lost = sums + 4 * SampleBlock + 512;
        for (int channel = 0; channel < args.Channels; channel += FourByFour.Count)
        {
            int channels = Math.Min(FourByFour.Count, args.Channels - channel);
            for (int c = 0; c < channels; c++) AddChannel<TVector, TLanes>(args, component, channel + c, block, count, sums + c * SampleBlock, lost);
            Interleave(sums, channels, count, output + channel, args.Channels);
        }
    }

    /// <summary>A block of samples of one channel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddChannel<TVector, TLanes>(in StemArgs args, int component, int channel, int block, int count, float* sums, float* lost)
        where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        long rows = (long)args.FrameCount * args.Channels;
        float* frames = args.Frames.Pointer() + (component * rows + channel) * args.FftLength;
        new Span<float>(sums, count).Clear();
        new Span<float>(lost, count).Clear();
        for (int t = 0; t < args.FrameCount; t++)
        {
            if (!Covers(args, t, block, count, out long offset, out int n, out int to)) continue;
            float* frame = frames + (long)t * args.Channels * args.FftLength - offset;
            for (; n <= to - TLanes.Count; n += TLanes.Count) AddCompensated<TVector, TLanes>(sums + n, lost + n, TLanes.Load(frame + n));
            for (; n < to; n++) AddCompensated(ref sums[n], ref lost[n], frame[n]);
        }
        float* weights = args.Normalizers.Pointer() + block;
        int last = 0;
        for (; last <= count - TLanes.Count; last += TLanes.Count) TLanes.Store(TLanes.Divide(TLanes.Load(sums + last), TLanes.Load(weights + last)), sums + last);
        for (; last < count; last++) sums[last] /= weights[last];
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
    private static void WeighBlocks<TVector, TLanes>(StemArgs args, int group, int groups) where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        for (int block = group; block < Blocks(args.SampleCount); block += groups) WeighSamples<TVector, TLanes>(args, block);
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

    /// <summary>Kahan's sum: at a hop of a few samples thousands of frames cover a sample.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddCompensated<TVector, TLanes>(float* sum, float* lost, TVector value)
        where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        TVector before = TLanes.Load(sum), corrected = TLanes.Subtract(value, TLanes.Load(lost)), next = TLanes.Add(before, corrected);
        TLanes.Store(TLanes.Subtract(TLanes.Subtract(next, before), corrected), lost);
        TLanes.Store(next, sum);
    }

    private static void AddCompensated(ref float sum, ref float lost, float value)
    {
        float corrected = value - lost, next = sum + corrected;
        lost = next - sum - corrected;
        sum = next;
    }
}
