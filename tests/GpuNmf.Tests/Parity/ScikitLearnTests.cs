using System.Text.Json;
using GpuNmf.Nmf;
using GpuNmf.Reference;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests.Parity;

/// <summary>
/// <see cref="MatrixFactorizer"/> beside scikit-learn's <c>NMF</c>, parameter by parameter, on the cases that <c>sklearn_fixtures.py</c> wrote: single precision against double,
/// 1e-4 for W H and the loss, 5e-3 for the factors (the rows of the goldens).
/// </summary>
public sealed class ScikitLearnTests
{
    private const double ProductTolerance = 1e-4, FactorTolerance = 5e-3;

    private static readonly JsonElement s_all = Read();

    public static IEnumerable<object[]> Fits => Names("fits");

    public static IEnumerable<object[]> Transforms => Names("transforms");

    [Theory, OnEveryDevice(nameof(Fits), RealOnly = true)]
    public void Fit_agrees(string lane, string name)
    {
        var want = Case("fits", name);
        using var nmf = new MatrixFactorizer(Lane.Session(lane), ownsSession: false);

        var fit = nmf.Fit(Matrix(s_all.GetProperty("X")), Options(want) with { InitialTemplates = Matrix(s_all.GetProperty("W0")), InitialActivations = Matrix(s_all.GetProperty("H0")) }, cancellation: TestContext.Current.CancellationToken);

        string what = $"{lane}, {name}";
        double[,] w = Differences.Widen(Matrix(want.GetProperty("W"))), h = Differences.Widen(Matrix(want.GetProperty("H")));
        Differences.Within(ProductTolerance, Differences.Frobenius(NmfReference.Product(Differences.Widen(fit.Templates), Differences.Widen(fit.Activations)), NmfReference.Product(w, h)), what + ": W H");
        Differences.Within(ProductTolerance, Differences.Frobenius(Differences.Widen(fit.InverseTransform()), Differences.Widen(Matrix(want.GetProperty("inverse_transform")))), what + ": inverse transform");
        Differences.Within(FactorTolerance, Differences.Largest(Differences.Widen(fit.Templates), w), what + ": W");
        Differences.Within(FactorTolerance, Differences.Largest(Differences.Widen(fit.Activations), h), what + ": H");
        double error = want.GetProperty("reconstruction_err").GetDouble();
        Differences.Within(ProductTolerance, Math.Abs(fit.ReconstructionError - error) / error, what + ": reconstruction error");
        Assert.Equal(want.GetProperty("n_iter").GetInt32(), fit.Iterations);
    }

    [Theory, OnEveryDevice(nameof(Transforms), RealOnly = true)]
    public void Transform_agrees(string lane, string name)
    {
        var want = Case("transforms", name);
        float[,] w = Matrix(want.GetProperty("W")), x = Matrix(s_all.GetProperty("X"));
        using var nmf = new MatrixFactorizer(Lane.Session(lane), ownsSession: false);

        var other = nmf.Transform(Matrix(s_all.GetProperty("other")), w, Options(want), cancellation: TestContext.Current.CancellationToken);
        var own = nmf.Transform(x, w, Options(want), cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(w, other.Templates);
        Differences.Within(FactorTolerance, Differences.Largest(Differences.Widen(other.Activations), Differences.Widen(Matrix(want.GetProperty("H")))), $"{lane}, {name}: H of another matrix");
        Differences.Within(FactorTolerance, Differences.Largest(Differences.Widen(own.Activations), Differences.Widen(Matrix(want.GetProperty("H_of_x")))), $"{lane}, {name}: H of the training's");
    }

    /// <summary>scikit-learn's open question 18663: a transform of the training's own matrix starts anew and so ends elsewhere; started from the training's activations it only gets better.</summary>
    [Theory, OnEveryDevice(RealOnly = true)]
    public void A_transform_goes_on_from_the_trainings_activations_where_it_is_told_to(string lane)
    {
        var want = Case("transforms", "mu, beta 1");
        float[,] w = Matrix(want.GetProperty("W")), trained = Matrix(want.GetProperty("H_of_fit")), x = Matrix(s_all.GetProperty("X"));
        using var nmf = new MatrixFactorizer(Lane.Session(lane), ownsSession: false);

        var anew = nmf.Transform(x, w, Options(want), cancellation: TestContext.Current.CancellationToken);
        var further = nmf.Transform(x, w, Options(want) with { InitialActivations = trained }, cancellation: TestContext.Current.CancellationToken);

        Assert.True(Differences.Largest(Differences.Widen(anew.Activations), Differences.Widen(trained)) > 0.01);
        double loss = BetaDivergence.Of(Differences.Widen(x), Differences.Widen(w), Differences.Widen(trained), 1);
        Differences.Within(ProductTolerance, Math.Abs(further.LossTrace[0].Loss - loss) / loss, $"{lane}: loss at the start");
        Assert.True(further.LossTrace[^1].Loss <= further.LossTrace[0].Loss * (1 + 1e-6));
    }

    private static NmfOptions Options(JsonElement parameters) => new()
    {
        Rank = 3,
        Solver = parameters.GetProperty("solver").GetString() == "cd" ? NmfSolver.CoordinateDescent : NmfSolver.MultiplicativeUpdate,
        Beta = parameters.GetProperty("beta").GetDouble(),
        MaxIterations = parameters.GetProperty("max_iter").GetInt32(),
        Tolerance = parameters.GetProperty("tol").GetDouble(),
        AlphaTemplates = Number(parameters.GetProperty("alpha_W")) ?? 0,
        AlphaActivations = Number(parameters.GetProperty("alpha_H")),
        L1Ratio = parameters.GetProperty("l1_ratio").GetDouble(),
    };

    private static double? Number(JsonElement value) => value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    private static float[,] Matrix(JsonElement rows)
    {
        var matrix = new float[rows.GetArrayLength(), rows[0].GetArrayLength()];
        for (int i = 0; i < matrix.GetLength(0); i++)
            for (int j = 0; j < matrix.GetLength(1); j++) matrix[i, j] = (float)rows[i][j].GetDouble();
        return matrix;
    }

    private static IEnumerable<object[]> Names(string group) => s_all.GetProperty(group).EnumerateArray().Select(one => new object[] { one.GetProperty("name").GetString()! });

    private static JsonElement Case(string group, string name) => s_all.GetProperty(group).EnumerateArray().Single(one => one.GetProperty("name").GetString() == name);

    private static JsonElement Read() => JsonDocument.Parse(File.ReadAllText(Repository.File("tests/GpuNmf.Tests/Parity/sklearn.json"))).RootElement;
}
