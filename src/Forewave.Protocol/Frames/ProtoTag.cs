namespace Forewave.Protocol.Frames;

/// <summary>Tags of the fields that the span readers and writers know: field number times 8 plus wire type.</summary>
internal static class ProtoTag
{
    /// <summary>Field 15, length-delimited: one encoded message in a PublishBatch or a DeliveredRun.</summary>
    public const byte Message = 15 << 3 | Bytes;

    public const byte Varint = 0;
    public const byte Fixed64 = 1;
    public const byte Bytes = 2;
}
