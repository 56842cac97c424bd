namespace Forewave.Server.Http.Consuming;

/// <summary>What one receive asks for.</summary>
internal readonly record struct PullTerms
{
    /// <summary>Messages at most.</summary>
    public required int Messages { get; init; }

    /// <summary>How long to wait for the first.</summary>
    public required TimeSpan Wait { get; init; }
}
