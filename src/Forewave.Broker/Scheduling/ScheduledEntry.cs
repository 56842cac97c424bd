using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Scheduling;

/// <summary>A scheduled message in a list.</summary>
internal sealed record ScheduledEntry
{
    /// <summary>Log position of its publish.</summary>
    public required LogPosition Id { get; init; }

    /// <summary>When it is due.</summary>
    public required Timestamp Due { get; init; }

    /// <summary>Log position of the record that scheduled it: orders those that are due together.</summary>
    public required LogPosition Order { get; init; }

    /// <summary>When it was published.</summary>
    public required Timestamp PublishTime { get; init; }

    /// <summary>Number of its producer.</summary>
    public required uint Producer { get; init; }

    /// <summary>The recurring message that it comes from; empty: none.</summary>
    public required string Recurring { get; init; }

    /// <summary>Bytes of its body.</summary>
    public int BodyBytes { get; init; }

    /// <summary>Its tag.</summary>
    public string Tag { get; init; } = "";

    /// <summary>Its keys.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>The encoded message, without tag and length; empty where it rotted, or was not asked for.</summary>
    public byte[] Message { get; init; } = [];
}
