namespace Forewave.Server.Http.Requests;

/// <summary>What a count may be.</summary>
internal readonly record struct CountRange
{
    /// <summary>When it is not there.</summary>
    public required int UnlessTold { get; init; }

    /// <summary>At most.</summary>
    public required int Most { get; init; }
}
