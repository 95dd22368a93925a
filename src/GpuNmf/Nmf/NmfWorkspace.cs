using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf.Blocks;

namespace GpuNmf.Nmf;

/// <summary>Everything that a batch of factorisations keeps on the device beside X; allocated once.</summary>
internal sealed class NmfWorkspace : IDisposable
{
    /// <summary>Floats that pass through the host at a time.</summary>
    private const int PieceFloats = 1 << 18;

    private readonly List<IDisposable> _owned = [];
    private readonly NmfGeometry _geometry;
    private readonly UpdateRule _rule;
    private readonly ModelLengths _lengths;
    private readonly float[] _violations;
    private readonly DeviceBuffer<float> _numerators, _denominators, _activationSums, _activationGrams, _templateSums, _templateGram, _weights;

    // Plain updates read and write the same activations and have no W_ext of its own: the names then stand for the same buffers.
    private DeviceBuffer<float> _templates, _nextTemplates, _extrapolated, _nextExtrapolated, _activations, _activationsBefore;

    /// <param name="session">Device.</param>
    /// <param name="geometry">Shape of the largest model.</param>
    /// <param name="rule">Numbers of the update.</param>
    /// <param name="size">How many models, of how many losses, at how many iterations without a break.</param>
    /// <param name="solver">Extrapolated updates need W_ext and the activations before beside W and H, coordinate descent orders and violations.</param>
    internal NmfWorkspace(DeviceSession session, NmfGeometry geometry, UpdateRule rule, BatchSize size, NmfSolver solver)
    {
        bool extrapolated = solver == NmfSolver.ExtrapolatedMultiplicativeUpdate, descends = solver == NmfSolver.CoordinateDescent;
        _geometry = geometry;
        _rule = rule;
        _lengths = ModelLengths.Of(geometry, size.Losses);
        Models = size.Models;
        var sums = SliceSums.Of(geometry, rule.Beta);
        long templates = geometry.TemplateLength, rankPitch = geometry.RankPitch;
        try
        {
            _templates = OfModels(templates);
            _nextTemplates = OfModels(templates);
            _extrapolated = extrapolated ? OfModels(templates) : _templates;
            _nextExtrapolated = extrapolated ? OfModels(templates) : _nextTemplates;
            _activations = OfModels(_lengths.Activations);
            _activationsBefore = extrapolated ? OfModels(_lengths.Activations) : _activations;
            _templateSums = OfModels(geometry.BinSlices * rankPitch);
            _templateGram = OfModels(rule.Beta == 2 ? geometry.BinSlices * rankPitch * rankPitch : 1);
            _weights = OfModels(2 * rankPitch);
            _numerators = OfModels(sums.Numerators);
            _denominators = OfModels(Math.Max(1, sums.Denominators));
            _activationSums = OfModels(sums.ActivationSums);
            _activationGrams = OfModels(Math.Max(1, sums.ActivationGrams));
            Losses = OfModels(size.Losses);
            States = Own(session.Allocate<ModelState>(size.Models * (long)size.Iterations));
            _violations = new float[descends ? _lengths.Violations : 0];
            Violations = Own(session.Allocate<float>(descends ? Models * _lengths.Violations : 1));
            Orders = Own(session.Allocate<int>(descends ? Models * 2L * rankPitch : 1));
        }
        catch
        {
            Dispose();
            throw;
        }

        DeviceBuffer<float> OfModels(long length) => Own(session.Allocate<float>(Models * length));
    }

    /// <summary>B, the models that fit.</summary>
    internal int Models { get; }

    internal DeviceBuffer<float> Losses { get; }

    internal DeviceBuffer<ModelState> States { get; }

    /// <summary>Of coordinate descent: floats of a model as <see cref="ModelLengths.Violations"/> says.</summary>
    internal DeviceBuffer<float> Violations { get; }

    /// <summary>Of coordinate descent: 2 K' of a model.</summary>
    internal DeviceBuffer<int> Orders { get; }

    /// <summary>Sums of the templates' and of the activations' violations of one model.</summary>
    internal (double Templates, double Activations) ReadViolations(int model)
    {
        Violations.Download(_violations, model * _lengths.Violations);
        return (Sum(_violations.AsSpan(_geometry.Rows, _geometry.Bins)), Sum(_violations.AsSpan(0, _geometry.Frames)));

        static double Sum(ReadOnlySpan<float> values)
        {
            double sum = 0;
            foreach (float value in values) sum += value;
            return sum;
        }
    }

    /// <summary>Bytes of all of it; the argument names are the constructor's.</summary>
    internal static long Bytes(NmfGeometry geometry, UpdateRule rule, BatchSize size, NmfSolver solver)
    {
        bool extrapolated = solver == NmfSolver.ExtrapolatedMultiplicativeUpdate, descends = solver == NmfSolver.CoordinateDescent;
        var lengths = ModelLengths.Of(geometry, size.Losses);
        long rankPitch = geometry.RankPitch, binSums = geometry.BinSlices * rankPitch * (1 + (rule.Beta == 2 ? rankPitch : 0));
        long ofAModel = (extrapolated ? 4L : 2L) * geometry.TemplateLength + (extrapolated ? 2 : 1) * lengths.Activations + binSums + 2 * rankPitch
            + SliceSums.Of(geometry, rule.Beta).Total + size.Losses + (descends ? lengths.Violations + 2 * rankPitch : 0);
        return sizeof(float) * size.Models * ofAModel + Unsafe.SizeOf<ModelState>() * size.Models * (long)size.Iterations;
    }

    /// <summary>Bytes that <see cref="Save"/> writes.</summary>
    internal static long SavedBytes(NmfGeometry geometry, UpdateRule rule, NmfSolver solver)
    {
        bool extrapolated = solver == NmfSolver.ExtrapolatedMultiplicativeUpdate, descends = solver == NmfSolver.CoordinateDescent;
        var lengths = ModelLengths.Of(geometry, 1);
        long rankPitch = geometry.RankPitch, binSums = geometry.BinSlices * rankPitch * (1 + (rule.Beta == 2 ? rankPitch : 0));
        return sizeof(float) * ((extrapolated ? 2L : 1L) * (geometry.TemplateLength + lengths.Activations) + binSums + 2 * rankPitch + (descends ? lengths.Violations : 1));
    }

    /// <summary>Bytes that a model takes.</summary>
    internal static double BytesOfAModel(NmfGeometry geometry, double beta, bool extrapolated)
    {
        double factors = 2.0 * geometry.TemplateLength + (double)geometry.Rows * geometry.RankPitch;
        return sizeof(float) * ((extrapolated ? 2 : 1) * factors + SliceSums.Of(geometry, beta).Total);
    }

    /// <summary>Sets the start of one model.</summary>
    /// <param name="model">Which one.</param>
    /// <param name="templates">Bins x components, in the caller's units.</param>
    /// <param name="activations">Components x frames.</param>
    /// <param name="scale">To the kernels' units.</param>
    internal void Upload(int model, float[,] templates, float[,] activations, SpectrogramScale scale)
    {
        float[] packed = FactorLayout.PackTemplates(templates, _geometry, scale.Templates);
        foreach (var buffer in new[] { _templates, _extrapolated }.Distinct()) buffer.Upload(packed, (long)model * packed.Length);
        foreach (var buffer in new[] { _activations, _activationsBefore }.Distinct())
            FactorLayout.UploadActivations(activations, _geometry, scale.Activations, buffer, model * _lengths.Activations);
    }

    /// <summary>The factors of one model: bins x components, components x frames, in the caller's units.</summary>
    /// <param name="model">Which one.</param>
    /// <param name="rank">Its components.</param>
    /// <param name="scale">From the kernels' units.</param>
    internal (float[,] Templates, float[,] Activations) Download(int model, int rank, SpectrogramScale scale)
    {
        var packed = new float[_geometry.TemplateLength];
        _templates.Download(packed, (long)model * packed.Length);
        return (
            FactorLayout.UnpackTemplates(packed, _geometry, rank, -scale.Templates),
            FactorLayout.DownloadActivations(_activations, model * _lengths.Activations, _geometry, rank, -scale.Activations));
    }

    /// <summary>The factors of one model, packed.</summary>
    /// <param name="model">Which one.</param>
    /// <param name="into">Where they are written, such as what an earlier call gave back; null makes room.</param>
    internal (float[] Templates, float[] Activations) DownloadPacked(int model, (float[] Templates, float[] Activations)? into = null)
    {
        var (templates, activations) = into ?? (new float[_geometry.TemplateLength], new float[_lengths.Activations]);
        _templates.Download(templates, (long)model * templates.Length);
        _activations.Download(activations, model * (long)activations.Length);
        return (templates, activations);
    }

    /// <summary>Writes one model between the step of the templates and the pass: both factors, what they are extrapolated from, and the sums over the bins.</summary>
    internal void Save(int model, BinaryWriter writer)
    {
        var room = new float[PieceFloats];
        foreach (var (buffer, start, count) in PiecesOf(model))
        {
            var values = room.AsSpan(0, count);
            buffer.Download(values, start);
            writer.Write(MemoryMarshal.AsBytes(values));
        }
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    internal void Load(int model, BinaryReader reader)
    {
        var room = new float[PieceFloats];
        foreach (var (buffer, start, count) in PiecesOf(model))
        {
            var values = room.AsSpan(0, count);
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values));
            buffer.Upload(values, start);
        }
    }

    /// <summary>All that is a model's own between the step of the templates and the pass.</summary>
    private IEnumerable<(DeviceBuffer<float> Buffer, long Start, int Count)> PiecesOf(int model)
    {
        // Names that stand for one buffer stand for it once.
        foreach (var buffer in new[] { _templates, _extrapolated, _activations, _activationsBefore, _templateSums, _templateGram, _weights, Violations }.Distinct())
        {
            long length = buffer.Length / Models;
            for (long at = 0; at < length; at += PieceFloats) yield return (buffer, model * length + at, (int)Math.Min(PieceFloats, length - at));
        }
    }

    /// <summary>The templates just made become the current ones.</summary>
    internal void SwapTemplates()
    {
        (_templates, _nextTemplates) = (_nextTemplates, _templates);
        (_extrapolated, _nextExtrapolated) = (_nextExtrapolated, _extrapolated);
    }

    /// <summary>The activations just made become the current ones.</summary>
    internal void SwapActivations() => (_activations, _activationsBefore) = (_activationsBefore, _activations);

    /// <summary>Whole iterations from the current factors, which are those after them when this returns.</summary>
    /// <param name="x">X, all of it.</param>
    /// <param name="count">Iterations, from 1.</param>
    /// <param name="state">Where the first one's models begin in <see cref="States"/>.</param>
    /// <param name="models">Models of the launch.</param>
    internal IterationArgs Iterations(SpectrogramBlock x, int count, int state, int models)
    {
        var args = new IterationArgs { Count = count };
        (args.EvenStep, args.EvenPass) = Next();
        if (count == 1) return args;
        (args.OddStep, args.OddPass) = Next();
        if (count % 2 == 1) Next();
        return args;

        (TemplateArgs Step, PassArgs Pass) Next()
        {
            var step = TemplateArgs(state, models);
            SwapTemplates();
            var pass = PassArgs(x, true, state, models, 0);
            SwapActivations();
            return (step, pass);
        }
    }

    /// <summary>A pass over a block of X from the current factors: that of a shorter recording, whose activations, sums and losses lie among those of the whole.</summary>
    /// <param name="x">Whole slices.</param>
    /// <param name="updates">False for the first pass, which leaves the activations.</param>
    /// <param name="state">Where its models begin in <see cref="States"/>.</param>
    /// <param name="models">Models of the launch.</param>
    /// <param name="lossesOfASlice">Partial losses of a slice.</param>
    internal PassArgs PassArgs(SpectrogramBlock x, bool updates, int state, int models, int lossesOfASlice) => new()
    {
        FirstModel = state,
        ModelCount = models,
        X = x.Rows.View,
        Templates = _templates.View,
        TemplatesToUpdate = _extrapolated.View,
        ActivationsFrom = _activations.From(x.FirstFrame * (long)_geometry.RankPitch),
        Activations = (updates ? _activationsBefore : _activations).From(x.FirstFrame * (long)_geometry.RankPitch),
        Sums = Sums.Behind(x.FirstFrame / _geometry.SliceFrames, _geometry.TemplateLength, _geometry.RankPitch),
        Descent = new() { Order = Orders.View, Violations = _violations.Length == 0 ? Violations.View : Violations.From(x.FirstFrame) },
        Losses = Losses.From(x.FirstFrame / _geometry.SliceFrames * (long)lossesOfASlice),
        Models = States.View,
        Lengths = _lengths,
        Bins = _geometry.Bins,
        Pitch = _geometry.Pitch,
        Frames = x.Frames,
        Rank = _geometry.Rank,
        RankPitch = _geometry.RankPitch,
        SliceFrames = _geometry.SliceFrames,
        Epsilon = _rule.Epsilon,
        Beta = _rule.Beta,
        Rule = _rule.Step,
    };

    private DescentArgs Descent => new() { Order = Orders.View, Violations = Violations.View };

    private FactorSums Sums => new()
    {
        Numerators = _numerators.View,
        Denominators = _denominators.View,
        ActivationSums = _activationSums.View,
        ActivationGrams = _activationGrams.View,
        TemplateSums = _templateSums.View,
        TemplateGram = _templateGram.View,
        Weights = _weights.View,
    };

    /// <summary>The step of the templates after a pass.</summary>
    /// <param name="state">Where its models begin in <see cref="States"/>.</param>
    /// <param name="models">Models of the launch.</param>
    internal TemplateArgs TemplateArgs(int state, int models) => new()
    {
        FirstModel = state,
        ModelCount = models,
        From = _extrapolated.View,
        Before = _templates.View,
        To = _nextTemplates.View,
        ToExtrapolated = _nextExtrapolated.View,
        Sums = Sums,
        Descent = Descent,
        Rows = _geometry.Rows,
        Models = States.View,
        Lengths = _lengths,
        Bins = _geometry.Bins,
        Pitch = _geometry.Pitch,
        Rank = _geometry.Rank,
        RankPitch = _geometry.RankPitch,
        Slices = _geometry.Slices,
        Rule = _rule.Step,
    };

    public void Dispose()
    {
        foreach (var buffer in _owned) buffer.Dispose();
        _owned.Clear();
    }

    private DeviceBuffer<T> Own<T>(DeviceBuffer<T> buffer) where T : unmanaged
    {
        _owned.Add(buffer);
        return buffer;
    }
}

/// <summary>Floats of the sums over the slices of frames that a model keeps; 0 where its divergence has none.</summary>
internal readonly record struct SliceSums(long Numerators, long Denominators, long ActivationSums, long ActivationGrams)
{
    internal long Total => Numerators + Denominators + ActivationSums + ActivationGrams;

    internal static SliceSums Of(NmfGeometry geometry, double beta)
    {
        long slices = geometry.Slices, templates = slices * geometry.TemplateLength, rankPitch = geometry.RankPitch, sums = slices * rankPitch;
        return beta switch
        {
            1 => new(templates, 0, sums, 0),
            2 => new(templates, 0, sums, sums * rankPitch),
            _ => new(templates, templates, sums, 0),
        };
    }
}

/// <summary>How much a workspace holds.</summary>
/// <param name="Models">B.</param>
/// <param name="Losses">Partial losses of a model.</param>
/// <param name="Iterations">Iterations between two looks of the host.</param>
internal readonly record struct BatchSize(int Models, long Losses, int Iterations);
