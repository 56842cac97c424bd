namespace Forewave.Protocol;

/// <summary>One row of the error table. Immutable.</summary>
public sealed record ErrorEntry
{
    /// <summary>The number.</summary>
    public required ErrorCode Code { get; init; }

    /// <summary>The number's name, the same in every language.</summary>
    public string Name => Code.ToString();

    /// <summary>The status of an HTTP answer with this error.</summary>
    public required int HttpStatus { get; init; }

    /// <summary>Whether the broker closes the connection after it.</summary>
    public bool ClosesConnection { get; init; }

    /// <summary>Whether what was to be stored may be.</summary>
    public StoredOutcome Stored { get; init; }

    /// <summary>Whether the same request may succeed later.</summary>
    public RetryAdvice Retry { get; init; }

    /// <summary>How long to wait at least before that, unless the error itself says otherwise.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>What happened.</summary>
    public required string Happened { get; init; }

    /// <summary>What to do about it.</summary>
    public required string Advice { get; init; }
}
