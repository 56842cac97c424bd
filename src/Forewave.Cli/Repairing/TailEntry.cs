using Forewave.Protocol;
using Forewave.Storage.MySql.Replication;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Cli.Repairing;

/// <summary>A message of a tail, whose it is, and what became of it.</summary>
internal sealed record TailEntry
{
    /// <summary>As the former master's database has it.</summary>
    public required TailMessage Stored { get; init; }

    /// <summary>Decoded.</summary>
    public required V1.Message Message { get; init; }

    /// <summary>Its producer; null: nothing says whose it is.</summary>
    public required ProducerId? Producer { get; init; }

    /// <summary>The producer's name; empty where it is not known.</summary>
    public required string ProducerName { get; init; }

    /// <summary>What became of it at the master: an id, or why not; empty: nothing was tried.</summary>
    public string Outcome { get; init; } = "";

    /// <summary>Its outcome is an id.</summary>
    public bool IsPublished { get; init; }

    /// <summary>
    /// It can be published again by a program: what has an ordering key might come after later ones of its key, and what was for later has
    /// had its time told by the former master's clock. Those are for a person to decide.
    /// </summary>
    public bool MayBePublished => !Stored.IsScheduled && Message.OrderingKey.Length == 0 && Producer is not null && QueueName.TryParse(Stored.Queue, out _);
}
