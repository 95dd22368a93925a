using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Frontend;

namespace GpuNmf.Kernels.Nmf;

/// <summary>
/// Several iterations in one launch on the CPU accelerator: on short recordings a launch costs as much as the work in it. The groups share
/// the components of a step and the slices of a pass as they come.
/// </summary>
/// <remarks>No bit depends on who takes what: the bits are those of <see cref="StripTemplateKernel"/> and <see cref="StripPassKernel"/> launched one by one.</remarks>
internal static unsafe class StripIterationKernel
{
    /// <summary>Phases of an iteration: step, W^T W (beta 2), pass.</summary>
    internal const int Phases = 3;

    /// <summary>Launch with a group of one thread for each multiprocessor. All passes are inner ones but the last.</summary>
    public static void Run<TVector, TLanes, TDivergence, TLast>(IterationArgs args)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
        where TDivergence : IDivergence
        where TLast : IPass =>
        Iterations<TVector, TLanes, TDivergence, TLast>(args);

    [External("strip_iterations")]
    private static void Iterations<TVector, TLanes, TDivergence, TLast>(IterationArgs args)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
        where TDivergence : IDivergence
        where TLast : IPass
    {
        for (int i = 0; i < args.Count; i++)
        {
            Step<TVector, TLanes, TDivergence>(args.Step(i), args.Progress, Phases * i);
            if (i + 1 < args.Count) StripPassKernel.Slices<TVector, TLanes, TDivergence, InnerPass>(args.Pass(i), args.Progress, Phases * i + 2, args.EvenPass.Lengths.Slices);
            else StripPassKernel.Slices<TVector, TLanes, TDivergence, TLast>(args.Pass(i), args.Progress, Phases * i + 2, args.EvenPass.Lengths.Slices);
        }
    }

    private static void Step<TVector, TLanes, TDivergence>(TemplateArgs args, ArrayView<int> progress, int phase)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
        where TDivergence : IDivergence
    {
        var work = new StripWork(progress, phase, args.Rank * args.ModelCount);
        while (work.Take(out int piece))
        {
            StripTemplateKernel.Component<TVector, TLanes, TDivergence>(args.Of<TDivergence>(piece % args.ModelCount), piece / args.ModelCount);
            work.Finish();
        }
        work.Await();
        if (!TDivergence.UsesGram) return;
        work = new StripWork(progress, phase + 1, args.Rank * args.ModelCount);
        while (work.Take(out int piece))
        {
            StripTemplateKernel.GramRow<TVector, TLanes>(args.Of<TDivergence>(piece % args.ModelCount), piece / args.ModelCount);
            work.Finish();
        }
        work.Await();
    }
}
