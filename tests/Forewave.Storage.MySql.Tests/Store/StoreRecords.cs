using System.Text;
using Forewave.Protocol;
using Forewave.Storage.Conformance;

namespace Forewave.Storage.MySql.Tests.Store;

/// <summary>Records as the engine writes them.</summary>
internal static class StoreRecords
{
    private const byte Version = 4;
    private const byte Active = 1;
    private const byte Deleted = 2;

    /// <summary>A queue is made, or deleted.</summary>
    public static RecordDraft QueueChanged(uint queue, string name, bool isDeleted = false)
    {
        byte[] payload = [Version, isDeleted ? Deleted : Active, 0, .. new byte[Version * sizeof(ulong)], .. Encoding.UTF8.GetBytes(name)];
        return Draft(RecordType.QueueChanged, queue, payload);
    }

    /// <summary>Scheduled messages, in a lane.</summary>
    public static RecordDraft Scheduled(uint lane, params string[] bodies) =>
        MessageRuns.Published(lane, bodies) with { Type = RecordType.Scheduled };

    /// <summary>They are released to a queue.</summary>
    public static RecordDraft Released(uint queue, LogPosition first, params string[] bodies) =>
        MessageRuns.Published(queue, bodies) with { Type = RecordType.Released, Sequence = first.Bits, Extra = 12 };

    /// <summary>A record with a payload of its own.</summary>
    public static RecordDraft Draft(RecordType type, uint queue, byte[] payload) => new()
    {
        Type = type,
        Count = 1,
        Queue = queue,
        Source = 4_000_000_000,
        Sequence = ulong.MaxValue - 1,
        Extra = 4_000_000_001,
        Payload = payload,
        PayloadCrc = Checksum.Of(payload),
    };
}
