using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Forewave.Protocol;
using Forewave.Protocol.Routes;

namespace Forewave.Coordination.ZooKeeper.Nodes;

/// <summary>
/// What nodes hold, to bytes and back. Fields that this version does not know are skipped; a higher format is refused, for what it
/// says may bind this version too.
/// </summary>
internal static class NodeContent
{
    /// <summary>The format that this version reads and writes.</summary>
    internal const int Format = 1;

    /// <summary>No node of ours comes near this; ZooKeeper takes 1 MiB.</summary>
    internal const int MaxBytes = 4096;

    /// <summary>A map of as many ranges as there are slots.</summary>
    internal const int MaxSlotsBytes = 32 * 1024;

    private const int MaxNameCharacters = 64;
    private const int MaxNoteCharacters = 200;

    internal static byte[] Write(GroupRecord record, Guid set) => Bounded(JsonSerializer.SerializeToUtf8Bytes(
        new GroupNode
        {
            Format = Format,
            Epoch = record.Epoch.Value,
            Master = record.Master,
            InSync = [.. record.InSync.Select(member => new MemberNode { Broker = member.Broker, Run = member.Run })],
            Set = set.ToString("n"),
            Note = record.Note.Length > 0 ? record.Note : null,
        },
        NodeJson.Default.GroupNode));

    internal static byte[] Write(BrokerAnnouncement announcement) => Bounded(JsonSerializer.SerializeToUtf8Bytes(
        new ServerNode { Format = Format, Broker = announcement.Broker, Address = announcement.Address, Run = announcement.Run, Http = announcement.Http.Length > 0 ? announcement.Http : null },
        NodeJson.Default.ServerNode));

    internal static byte[] Write(SlotMap map) => JsonSerializer.SerializeToUtf8Bytes(
        new SlotsNode
        {
            Format = Format,
            Version = map.Version,
            Ranges = [.. map.Ranges.Select(range => new[] { range.First.Value, range.Count, range.Partition.Value })],
        },
        NodeJson.Default.SlotsNode);

    /// <exception cref="ForewaveException">GroupRecordInvalid.</exception>
    internal static SlotMap ReadSlots(string path, ReadOnlySpan<byte> content)
    {
        SlotsNode node = Read(path, content, NodeJson.Default.SlotsNode, MaxSlotsBytes);
        // A range with more than these three is on its way from one partition to another, which this version cannot follow.
        return node is { Format: Format, Ranges: not null }
            && Array.TrueForAll(node.Ranges, range => range is [>= 0 and < Limits.Slots, >= 1 and <= Limits.Slots, >= 0 and <= Limits.MaxPartition])
            && SlotMap.TryOf(node.Version, node.Ranges.Select(RangeOf), out SlotMap? map) ? map : throw Invalid(path, node.Format);
    }

    /// <exception cref="ForewaveException">GroupRecordInvalid.</exception>
    internal static GroupRecord ReadGroup(string path, ReadOnlySpan<byte> content)
    {
        GroupNode node = Read(path, content, NodeJson.Default.GroupNode);
        bool isValid = node.Format == Format && Epoch.TryFrom(node.Epoch, out _) && IsName(node.Master) && node.InSync is { Length: >= 1 and <= 2 }
            && Array.TrueForAll(node.InSync, member => member is not null && IsName(member.Broker)) && Array.Exists(node.InSync, member => member.Broker == node.Master);
        if (!isValid)
            throw Invalid(path, node.Format);
        return new GroupRecord
        {
            Epoch = new Epoch(node.Epoch),
            Master = node.Master,
            InSync = [.. node.InSync.Select(member => new InSyncBroker { Broker = member.Broker, Run = member.Run ?? "" })],
            Note = node.Note is { Length: <= MaxNoteCharacters } note ? note : "",
        };
    }

    /// <exception cref="ForewaveException">GroupRecordInvalid.</exception>
    internal static BrokerAnnouncement ReadServer(string path, ReadOnlySpan<byte> content)
    {
        ServerNode node = Read(path, content, NodeJson.Default.ServerNode);
        if (node is not { Format: Format, Address: not null } || !IsName(node.Broker))
            throw Invalid(path, node.Format);
        return new BrokerAnnouncement { Broker = node.Broker, Address = node.Address, Run = node.Run ?? "", Http = node.Http ?? "" };
    }

    private static SlotRange RangeOf(int[] range) => new(new SlotNumber(range[0]), range[1], new PartitionNumber((ushort)range[2]));

    private static T Read<T>(string path, ReadOnlySpan<byte> content, JsonTypeInfo<T> type, int maxBytes = MaxBytes)
        where T : class
    {
        try
        {
            if (content.Length <= maxBytes && JsonSerializer.Deserialize(content, type) is { } node)
                return node;
        }
        catch (JsonException broken)
        {
            throw new ForewaveException(ErrorCode.GroupRecordInvalid, $"ZooKeeper's node {path} does not hold what docs/cluster-nodes.md says.", broken);
        }

        throw Invalid(path, Format);
    }

    private static bool IsName(string? name) => name is { Length: >= 1 and <= MaxNameCharacters };

    private static byte[] Bounded(byte[] content) => content.Length <= MaxBytes
        ? content
        : throw new ForewaveException(ErrorCode.GroupRecordInvalid, $"A node would have {content.Length} bytes; {MaxBytes} are allowed.");

    private static ForewaveException Invalid(string path, int format) => new(
        ErrorCode.GroupRecordInvalid,
        format > Format
            ? $"ZooKeeper's node {path} has format {format}; this version reads {Format}."
            : $"ZooKeeper's node {path} does not hold what docs/cluster-nodes.md says.");
}
