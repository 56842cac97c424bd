namespace Forewave.Client.Administration;

/// <summary>The replay of a group, as its broker saw it when it answered. Immutable.</summary>
public sealed record ReplayDetails
{
    /// <summary>How it stands.</summary>
    public required ReplayState State { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset StartTime { get; init; }

    /// <summary>Offsets in its range.</summary>
    public required long Total { get; init; }

    /// <summary>Of these, what it has not come to.</summary>
    public required long Left { get; init; }

    /// <summary>Messages that were handed out once more, or are held behind others of their ordering key.</summary>
    public required long Delivered { get; init; }

    /// <summary>Messages that did not come by it: not settled when it came to them, dead, filtered, expired, or gone.</summary>
    public required long PassedOver { get; init; }

    /// <summary>Messages a second; 0: no limit of its own.</summary>
    public required double Rate { get; init; }
}
