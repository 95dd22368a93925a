namespace GpuNmf.Nmf;

/// <summary>
/// How far the factors are moved on before an update: Nesterov's b_n = (t_n - 1) / t_(n+1), t_1 = 1, t_(n+1) = (1 + sqrt(1 + 4 t_n^2)) / 2,
/// with a guard. Hien, Leplat and Gillis, "Block majorization minimization with extrapolation and application to beta-NMF" (2024).
/// </summary>
internal sealed class Extrapolation
{
    /// <summary>The objective may rise by this share before the momentum is given up: rounding alone moves it by less.</summary>
    private const double AllowedRise = 1e-6;

    private double _t = 1;
    private double _objectiveBefore = double.PositiveInfinity;

    /// <summary>b of the next iteration's activations, and of the templates that it starts from.</summary>
    internal float Current => (float)((_t - 1) / Next(_t));

    /// <summary>Goes on to the next iteration.</summary>
    internal void Advance() => _t = Next(_t);

    /// <summary>Looks at an objective, the loss and the penalties, that was seen with W_ext = W: when it rose, t returns to 1. Nothing is rolled back.</summary>
    /// <returns>True when it rose.</returns>
    internal bool Guard(double objective)
    {
        bool rose = objective > _objectiveBefore * (1 + AllowedRise);
        if (rose) _t = 1;
        _objectiveBefore = objective;
        return rose;
    }

    /// <summary>Writes where it stands.</summary>
    internal void Save(BinaryWriter writer)
    {
        writer.Write(_t);
        writer.Write(_objectiveBefore);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    internal void Load(BinaryReader reader) => (_t, _objectiveBefore) = (reader.ReadDouble(), reader.ReadDouble());

    private static double Next(double t) => (1 + Math.Sqrt(1 + 4 * t * t)) / 2;
}
