using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf;
using GpuNmf.Reference;
using GpuNmf.Tests.Lanes;

namespace GpuNmf.Tests.Nmf;

/// <summary>One model as a test starts it.</summary>
/// <param name="Start">W and H.</param>
/// <param name="Before">W and H of the iteration before.</param>
/// <param name="TemplateExtrapolation">b of W_ext.</param>
/// <param name="ActivationExtrapolation">b of H_ext.</param>
internal sealed record BatchModel(Factors Start, Factors Before, float TemplateExtrapolation, float ActivationExtrapolation)
{
    internal int Rank => Start.W.GetLength(1);
}

/// <summary>What became of one model, and every bit that it left behind.</summary>
internal sealed record BatchOutcome(float[,] Templates, float[,] Extrapolated, float[,] Activations, float[,] Next, float[] Losses);

/// <summary>
/// Calls the update kernels themselves with several models in one launch: a first pass, the step to W', a pass with W' and W'_ext, and
/// the step to W''.
/// </summary>
internal static class ModelBatch
{
    /// <param name="lane">Lane.</param>
    /// <param name="x">X, bins x frames.</param>
    /// <param name="beta">beta.</param>
    /// <param name="models">Models of one rank class, in the order of their memory.</param>
    /// <param name="order">Order of the launch: indices into <paramref name="models"/>.</param>
    /// <param name="forms">Forms of the tile kernels with the frames of their slices; null for those that the device gets.</param>
    internal static BatchOutcome[] Run(
        string lane, float[,] x, double beta, IReadOnlyList<BatchModel> models, int[] order, (TileForms Kernels, int SliceFrames)? forms = null)
    {
        var session = Lane.Session(lane);
        var geometries = models.Select(model => NmfGeometry.Of(x.GetLength(0), x.GetLength(1), model.Rank, session.Form)).ToArray();
        var geometry = geometries.MaxBy(g => g.Rank)!;
        var rule = UpdateRule.For(new NmfOptions { Rank = geometry.Rank, Beta = beta });
        var kernels = forms is { } chosen ? new TileNmfKernels(session, geometry, rule.Beta, chosen.Kernels) : NmfKernels.Load(session, geometry, rule.Beta);
        int sliceFrames = forms?.SliceFrames ?? geometry.SliceFrames, slices = (geometry.Frames + sliceFrames - 1) / sliceFrames;
        var lengths = ModelLengths.Of(geometry, kernels.LossLength);
        int count = models.Count;
        using var onDevice = NmfRun.Upload(session, x, geometry);
        using var states = session.Allocate<ModelState>(count);
        states.Upload([.. order.Select(i => new ModelState
        {
            Index = i,
            Rank = models[i].Rank,
            TemplateExtrapolation = models[i].TemplateExtrapolation,
            ActivationExtrapolation = models[i].ActivationExtrapolation,
        })]);
        using var workspaces = new Buffers(session, geometry, lengths, count);
        for (int i = 0; i < count; i++)
        {
            workspaces.Templates.Upload(Packed(models[i].Start, geometries[i]), (long)i * lengths.Templates);
            workspaces.TemplatesBefore.Upload(Packed(models[i].Before, geometries[i]), (long)i * lengths.Templates);
            workspaces.Activations.Upload(FactorLayout.PackActivations(Differences.Narrow(models[i].Start.H), geometries[i], 0), i * lengths.Activations);
            workspaces.ActivationsBefore.Upload(FactorLayout.PackActivations(Differences.Narrow(models[i].Before.H), geometries[i], 0), i * lengths.Activations);
        }
        var pass = workspaces.Pass(onDevice, states, lengths, geometry, rule) with { ModelCount = order.Length, SliceFrames = sliceFrames };
        var step = workspaces.Step(states, lengths, geometry, rule) with { ModelCount = order.Length, Slices = slices };

        EnqueuePass(kernels, PassKind.First, pass, slices);
        kernels.EnqueueTemplates(step);
        pass.Templates = workspaces.Next.View;
        pass.TemplatesToUpdate = workspaces.Extrapolated.View;
        pass.Activations = workspaces.ActivationsBefore.View;
        EnqueuePass(kernels, PassKind.InnerLoss, pass, slices);
        var (next, extrapolated) = (workspaces.Next.Download(), workspaces.Extrapolated.Download());
        step.From = workspaces.Extrapolated.View;
        step.Before = workspaces.Next.View;
        step.To = workspaces.TemplatesBefore.View;
        step.ToExtrapolated = workspaces.Templates.View;
        kernels.EnqueueTemplates(step);

        var (last, activations, losses) = (workspaces.TemplatesBefore.Download(), workspaces.ActivationsBefore.Download(), workspaces.Losses.Download());
        return [.. Enumerable.Range(0, count).Select(i => new BatchOutcome(
            Unpacked(next, i), Unpacked(extrapolated, i),
            FactorLayout.UnpackActivations(activations[(int)(i * lengths.Activations)..(int)((i + 1) * lengths.Activations)], geometries[i], geometries[i].Rank, 0),
            Unpacked(last, i),
            losses[(i * lengths.Losses)..((i + 1) * lengths.Losses)]))];

        float[,] Unpacked(float[] all, int i) =>
            FactorLayout.UnpackTemplates(all[(i * lengths.Templates)..((i + 1) * lengths.Templates)], geometries[i], geometries[i].Rank, 0);
    }

    /// <summary>The first slice alone, then the others.</summary>
    private static void EnqueuePass(INmfKernels kernels, PassKind kind, PassArgs args, int slices)
    {
        kernels.EnqueuePass(kind, args, 1);
        if (slices > 1) kernels.EnqueuePass(kind, args with { FirstSlice = 1 }, slices - 1);
    }

    private static float[] Packed(Factors factors, NmfGeometry geometry) => FactorLayout.PackTemplates(Differences.Narrow(factors.W), geometry, 0);

    private sealed class Buffers(DeviceSession session, NmfGeometry geometry, ModelLengths lengths, int models) : IDisposable
    {
        internal DeviceBuffer<float> Templates { get; } = session.Allocate<float>((long)models * lengths.Templates);
        internal DeviceBuffer<float> TemplatesBefore { get; } = session.Allocate<float>((long)models * lengths.Templates);
        internal DeviceBuffer<float> Next { get; } = session.Allocate<float>((long)models * lengths.Templates);
        internal DeviceBuffer<float> Extrapolated { get; } = session.Allocate<float>((long)models * lengths.Templates);
        internal DeviceBuffer<float> Activations { get; } = session.Allocate<float>(models * lengths.Activations);
        internal DeviceBuffer<float> ActivationsBefore { get; } = session.Allocate<float>(models * lengths.Activations);
        internal DeviceBuffer<float> Numerators { get; } = session.Allocate<float>((long)models * lengths.Slices * lengths.Templates);
        internal DeviceBuffer<float> Denominators { get; } = session.Allocate<float>((long)models * lengths.Slices * lengths.Templates);
        internal DeviceBuffer<float> Losses { get; } = session.Allocate<float>((long)models * lengths.Losses);
        private DeviceBuffer<float> TemplateSums { get; } = session.Allocate<float>((long)models * lengths.BinSlices * geometry.RankPitch);
        private DeviceBuffer<float> Weights { get; } = session.Allocate<float>(2L * models * geometry.RankPitch);
        private DeviceBuffer<float> TemplateGram { get; } = session.Allocate<float>((long)models * lengths.BinSlices * geometry.RankPitch * geometry.RankPitch);
        private DeviceBuffer<float> ActivationSums { get; } = session.Allocate<float>((long)models * lengths.Slices * geometry.RankPitch);
        private DeviceBuffer<float> ActivationGrams { get; } = session.Allocate<float>((long)models * lengths.Slices * geometry.RankPitch * geometry.RankPitch);

        private FactorSums Sums => new()
        {
            TemplateSums = TemplateSums.View,
            TemplateGram = TemplateGram.View,
            Numerators = Numerators.View,
            Denominators = Denominators.View,
            ActivationSums = ActivationSums.View,
            ActivationGrams = ActivationGrams.View,
            Weights = Weights.View,
        };

        internal PassArgs Pass(DeviceBuffer<float> x, DeviceBuffer<ModelState> states, ModelLengths of, NmfGeometry shape, UpdateRule rule) => new()
        {
            X = x.View,
            Templates = Templates.View,
            TemplatesToUpdate = Templates.View,
            ActivationsFrom = Activations.View,
            Activations = Activations.View,
            Sums = Sums,
            Losses = Losses.View,
            Models = states.View,
            Lengths = of,
            Bins = shape.Bins,
            Pitch = shape.Pitch,
            Frames = shape.Frames,
            Rank = shape.Rank,
            RankPitch = shape.RankPitch,
            SliceFrames = shape.SliceFrames,
            Epsilon = rule.Epsilon,
            Beta = rule.Beta,
            Rule = rule.Step,
        };

        internal TemplateArgs Step(DeviceBuffer<ModelState> states, ModelLengths of, NmfGeometry shape, UpdateRule rule) => new()
        {
            From = Templates.View,
            Before = TemplatesBefore.View,
            To = Next.View,
            ToExtrapolated = Extrapolated.View,
            Sums = Sums,
            Models = states.View,
            Lengths = of,
            Bins = shape.Bins,
            Pitch = shape.Pitch,
            Rank = shape.Rank,
            RankPitch = shape.RankPitch,
            Slices = shape.Slices,
            Rule = rule.Step,
        };

        public void Dispose()
        {
            DeviceBuffer<float>[] all =
            [
                Templates, TemplatesBefore, Next, Extrapolated, Activations, ActivationsBefore, Numerators, Denominators, Losses,
                TemplateSums, TemplateGram, ActivationSums, ActivationGrams, Weights,
            ];
            foreach (var buffer in all) buffer.Dispose();
        }
    }
}
