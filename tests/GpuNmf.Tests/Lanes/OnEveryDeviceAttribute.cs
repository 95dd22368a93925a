using System.Reflection;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace GpuNmf.Tests.Lanes;

/// <summary>
/// Runs a theory on every lane: the first argument is the lane, the others are the rows of a member. A lane that is absent is a skip with
/// its reason; one that is required and absent runs, and fails when it opens the device. Every lane that takes part is a trait
/// <c>Lane=NAME</c> of the test, so that a run on one device can leave out all tests that do not depend on it. In the quick suite the
/// simulated devices take turns with the rows, and OpenCL takes half of them.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OnEveryDeviceAttribute(string? rows = null) : DataAttribute, ITraitAttribute
{
    /// <summary>The reason where GPUNMF_LANES chose only devices that a test leaves out; xunit wants at least one row.</summary>
    private const string NoLaneTakesPart = "no lane of this run takes part";

    /// <summary>Name of a static member of rows (<c>IEnumerable&lt;object[]&gt;</c>) of the test class.</summary>
    public string? Rows { get; } = rows;

    /// <summary>Leaves out the simulated devices: for sizes that they take minutes for.</summary>
    public bool RealOnly { get; init; }

    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker)
    {
        var data = new List<ITheoryDataRow>();
        var rows = Values(testMethod.DeclaringType!).ToList();
        foreach (string lane in Participants())
        {
            string? absent = Lane.WhyAbsent(lane);
            for (int i = 0; i < rows.Count; i++)
            {
                if (!Lane.TakesRow(lane, testMethod.Name, i, rows.Count)) continue;
                object[] row = rows[i];
                data.Add(new TheoryDataRow([lane, .. row]) { Skip = absent is null || Lane.IsRequired(lane) ? null : absent });
                if (absent is not null) break;
            }
        }
        if (data.Count == 0) data.Add(new TheoryDataRow([Lane.All[0], .. rows[0]]) { Skip = NoLaneTakesPart });
        return new(data);
    }

    public override bool SupportsDiscoveryEnumeration() => true;

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() =>
        [.. Participants().Select(lane => KeyValuePair.Create("Lane", lane))];

    private IEnumerable<string> Participants() => Lane.All.Where(lane => !RealOnly || !Lane.IsSimulated(lane));

    private IEnumerable<object[]> Values(Type type)
    {
        if (Rows is null) return [[]];
        const BindingFlags anyStatic = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        object? value = type.GetProperty(Rows, anyStatic)?.GetValue(null) ?? type.GetMethod(Rows, anyStatic)?.Invoke(null, null);
        return value as IEnumerable<object[]> ?? throw new InvalidOperationException($"{type.Name}.{Rows} is no static member of rows.");
    }
}
