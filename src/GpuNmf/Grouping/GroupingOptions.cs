using GpuNmf.Audio;

namespace GpuNmf.Grouping;

/// <summary>How components become sources; each source is the sum of its components, and each has at least one unless examples decide.</summary>
public sealed record GroupingOptions
{
    /// <summary>Number of sources, 1 to the number of components.</summary>
    public int Sources { get; init; } = 2;

    /// <summary>What decides.</summary>
    public GroupingMethod Method { get; init; } = GroupingMethod.Mfcc;

    /// <summary>With <see cref="GroupingMethod.Examples"/> a recording of each source alone, at the sampling rate of the recording; it stays open. The sources keep
    /// their order. Null otherwise.</summary>
    public IReadOnlyList<IAudioSource>? Examples { get; init; }

    /// <summary>With <see cref="GroupingMethod.Assigned"/> the source of each component, 0-based, as when the first templates are those of a dictionary. Null otherwise.</summary>
    public IReadOnlyList<int>? Assignment { get; init; }

    /// <summary>Receives the components' own stems as well; null keeps the sources alone.</summary>
    public IStemSink? ComponentSink { get; init; }

    /// <summary>Checks every value that does not depend on the factorisation.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value lies outside its documented range.</exception>
    /// <exception cref="ArgumentException">There are not as many examples as sources, or some although nothing asks for them.</exception>
    public void Validate()
    {
        if (Sources < 1)
            throw new ArgumentOutOfRangeException(nameof(Sources), Sources, $"Sources is {Sources}; it must be at least 1, and at most the number of components.");
        if (!Enum.IsDefined(Method)) throw new ArgumentOutOfRangeException(nameof(Method), Method, "No such method of grouping.");
        if ((Method == GroupingMethod.Assigned) != (Assignment is not null))
            throw new ArgumentException("GroupingMethod.Assigned and Assignment belong together: give both, or neither.", nameof(Assignment));
        if (Assignment?.Any(source => source < 0 || source >= Sources) == true)
            throw new ArgumentException($"Assignment names a source outside of 0..{Sources - 1}.", nameof(Assignment));
        if (Method != GroupingMethod.Examples && Examples is not null)
            throw new ArgumentException("Examples are given, but Method is another one: take GroupingMethod.Examples, or leave them out.", nameof(Examples));
        if (Method == GroupingMethod.Examples && Examples?.Count != Sources)
            throw new ArgumentException($"There are {Examples?.Count ?? 0} examples for {Sources} sources; give one for each.", nameof(Examples));
    }
}
