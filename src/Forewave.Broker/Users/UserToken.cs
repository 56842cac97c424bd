namespace Forewave.Broker.Users;

/// <summary>One token of a user. Immutable.</summary>
internal sealed record UserToken
{
    /// <summary>Its id, 16 hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>SHA-256 of its text.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>What it is for.</summary>
    public string Note { get; init; } = "";

    /// <summary>Unix time in milliseconds.</summary>
    public long Created { get; init; }

    /// <summary>Unix time in milliseconds; 0: it does not expire.</summary>
    public long Expires { get; init; }

    /// <summary>Whether it has expired by a time.</summary>
    public bool IsOver(long unixMilliseconds) => Expires != 0 && unixMilliseconds >= Expires;

    /// <inheritdoc/>
    public override string ToString() => Id;
}
