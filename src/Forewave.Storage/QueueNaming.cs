using Forewave.Protocol;

namespace Forewave.Storage;

/// <summary>
/// The one thing that a store reads of a record's payload: the name of the queue in a QueueChanged record, since a store may name
/// a queue's bytes after it. docs/state-format.md has the layout.
/// </summary>
public static class QueueNaming
{
    private const int FieldsFrom = 3;

    /// <summary>What the second byte of a deletion is.</summary>
    public const byte Deleted = 2;

    /// <summary>The first byte of the name: behind version, state, flags and as many numbers of 8 bytes as the version says.</summary>
    public static int NameFrom(int version) => FieldsFrom + (version * sizeof(ulong));

    /// <summary>Whether the record says that its queue is deleted.</summary>
    public static bool IsDeletion(ReadOnlySpan<byte> payload) => payload.Length > 1 && payload[1] == Deleted;

    /// <summary>Reads the name. False: the payload is not such a record's.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out QueueName name)
    {
        name = default;
        int from = payload.Length > 0 && payload[0] > 0 ? NameFrom(payload[0]) : int.MaxValue;
        return payload.Length > from && QueueName.TryParse(payload[from..], out name);
    }
}
