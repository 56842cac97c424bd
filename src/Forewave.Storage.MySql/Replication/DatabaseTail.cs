using Forewave.Protocol;

namespace Forewave.Storage.MySql.Replication;

/// <summary>What is only in a former master's database, as docs/decisions/0052 has it.</summary>
public sealed record DatabaseTail
{
    /// <summary>GTIDs that the master's database has not; empty: there is no tail.</summary>
    public required string Ahead { get; init; }

    /// <summary>
    /// The last position of the log that both have; null where the master does not say where its epoch began, as after an opening by a version
    /// before this one: then nothing is listed.
    /// </summary>
    public LogPosition? Common { get; init; }

    /// <summary>The messages behind it, in the order of the log.</summary>
    public IReadOnlyList<TailMessage> Messages { get; init; } = [];

    /// <summary>Other records behind it: leases, settlements, changes of queues. Whoever asked for them has no answer, or asks again.</summary>
    public long OtherRecords { get; init; }

    /// <summary>Payloads of the ProducerSeen records of the log, by number.</summary>
    public IReadOnlyDictionary<uint, ReadOnlyMemory<byte>> ProducersSeen { get; init; } = new Dictionary<uint, ReadOnlyMemory<byte>>();

    /// <summary>The checkpoint's parts with producers, for the engine to read: those that were seen before what is left of the log.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> ProducerParts { get; init; } = [];
}
