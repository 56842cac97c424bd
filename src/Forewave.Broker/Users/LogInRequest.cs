namespace Forewave.Broker.Users;

/// <summary>Who wants to be let in.</summary>
public readonly record struct LogInRequest
{
    /// <summary>Nobody.</summary>
    public LogInRequest()
    {
    }

    /// <summary>The user's name; empty: none, or that of the token.</summary>
    public string User { get; init; } = "";

    /// <summary>Password or token; empty: none. Not kept beyond the call.</summary>
    public ReadOnlyMemory<byte> Secret { get; init; }

    /// <summary>The host that asks, without a port.</summary>
    public string Host { get; init; } = "";

    /// <summary>It is another host, or may be.</summary>
    public bool IsRemote { get; init; }

    /// <summary>It is the broker's own process.</summary>
    public bool IsInProcess { get; init; }

    /// <summary>Nothing is said.</summary>
    public bool IsEmpty => User.Length == 0 && Secret.IsEmpty;

    /// <summary>For messages: never the secret.</summary>
    public override string ToString() => $"{User} from {Host}";
}
