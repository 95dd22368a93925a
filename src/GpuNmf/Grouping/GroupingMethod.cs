namespace GpuNmf.Grouping;

/// <summary>What decides which components make up a source.</summary>
public enum GroupingMethod
{
    /// <summary>The shape of the templates: mel-frequency cepstral coefficients, clustered by k-means (Spiertz and Gnann, "Source-filter based clustering for
    /// monaural blind source separation", DAFx 2009). Components that sound alike go together.</summary>
    Mfcc,

    /// <summary>The envelopes: correlation of the activations, clustered from below by average linkage. Components that sound at the same time go together.</summary>
    Envelope,

    /// <summary>Recordings of the sources alone, one for each: a component goes to the source whose spectra explain most of its template.</summary>
    Examples,

    /// <summary>The caller: <see cref="GroupingOptions.Assignment"/>.</summary>
    Assigned,
}
