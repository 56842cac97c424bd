namespace Forewave.Client.Administration;

/// <summary>How much a page of a search has. Immutable.</summary>
public sealed record PageSize
{
    /// <summary>Messages at most, 1 to 1,000. Default: 100.</summary>
    public int Messages { get; init; } = 100;

    /// <summary>With bodies and headers, as far as 1 MiB reaches. Default: no.</summary>
    public bool WithContent { get; init; }
}
