using Forewave.Broker.Delivery.Groups;

namespace Forewave.Broker.Delivery.Records;

/// <summary>The payload of a GroupChanged record; the offset that the group starts at is the record's sequence.</summary>
/// <param name="IsDeleted">The group is gone.</param>
/// <param name="Identity">Its numbers and its name.</param>
/// <param name="Options">Its options from now on.</param>
internal sealed record GroupChangedRecord(bool IsDeleted, GroupIdentity Identity, GroupOptions Options)
{
    private const byte Version = 5;

    /// <summary>Writes it.</summary>
    public void Write(RecordWriter writer)
    {
        writer.Byte(Version);
        writer.Byte(IsDeleted ? (byte)1 : (byte)0);
        Identity.Write(writer);
        GroupOptionsCodec.Write(Options, writer);
    }

    /// <summary>Reads it.</summary>
    public static GroupChangedRecord Read(ReadOnlySpan<byte> payload)
    {
        var reader = new RecordReader(payload);
        byte version = reader.Version(Version);
        bool deleted = reader.Byte() != 0;
        return new GroupChangedRecord(deleted, GroupIdentity.Read(ref reader), GroupOptionsCodec.Read(ref reader, version));
    }
}
