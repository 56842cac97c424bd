namespace Forewave.Broker.Users;

/// <summary>For whom failed log-ins are counted: a user at a host, or a host whatever the user.</summary>
internal readonly record struct LogInPlace
{
    /// <summary>The host that asks.</summary>
    public required string Host { get; init; }

    /// <summary>The user that is asked for; null: whoever.</summary>
    public string? User { get; init; }
}
