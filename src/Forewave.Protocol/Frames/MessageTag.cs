namespace Forewave.Protocol.Frames;

/// <summary>The tags of the fields of Message and Header.</summary>
internal static class MessageTag
{
    public const uint Body = 1 << 3 | ProtoTag.Bytes;
    public const uint Key = 2 << 3 | ProtoTag.Bytes;
    public const uint Tag = 3 << 3 | ProtoTag.Bytes;
    public const uint Header = 4 << 3 | ProtoTag.Bytes;
    public const uint OrderingKey = 5 << 3 | ProtoTag.Bytes;
    public const uint Priority = 6 << 3 | ProtoTag.Varint;
    public const uint DeliverAt = 7 << 3 | ProtoTag.Varint;
    public const uint Delay = 8 << 3 | ProtoTag.Varint;
    public const uint ExpiresAt = 9 << 3 | ProtoTag.Varint;
    public const uint TimeToLive = 10 << 3 | ProtoTag.Varint;
    public const uint DeduplicationId = 11 << 3 | ProtoTag.Bytes;
    public const uint HeaderName = 1 << 3 | ProtoTag.Bytes;
    public const uint HeaderValue = 2 << 3 | ProtoTag.Bytes;
}
