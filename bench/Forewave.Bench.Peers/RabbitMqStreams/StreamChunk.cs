using System.Buffers.Binary;

namespace Forewave.Bench.Peers.RabbitMqStreams;

/// <summary>A chunk of a stream as it is stored and sent: a header, then entries of <c>size (4) · message</c>.</summary>
/// <remarks>
/// Header, big-endian: 0 magic and version (1) · 1 type (1) · 2 entries (2) · 4 records (4) · 8 timestamp (8) · 16 epoch (8) ·
/// 24 first offset (8) · 32 CRC (4) · 36 data length (4) · 40 trailer length (4) · 44 reserved (4). An entry whose first bit is set
/// holds a batch; we publish none.
/// </remarks>
internal ref struct StreamChunk
{
    private const int HeaderBytes = 48;
    private const byte MagicAndVersion = 0x50;
    private ReadOnlySpan<byte> _entries;

    public StreamChunk(ReadOnlySpan<byte> chunk)
    {
        if (chunk.Length < HeaderBytes || chunk[0] != MagicAndVersion)
        {
            throw new InvalidDataException("A delivery that is no chunk.");
        }

        IsUserData = chunk[1] == 0;
        FirstOffset = BinaryPrimitives.ReadInt64BigEndian(chunk[24..]);
        Records = BinaryPrimitives.ReadInt32BigEndian(chunk[4..]);
        _entries = chunk.Slice(HeaderBytes, BinaryPrimitives.ReadInt32BigEndian(chunk[36..]));
    }

    /// <summary>False for what the broker stores for itself.</summary>
    public bool IsUserData { get; }

    public long FirstOffset { get; }

    public int Records { get; }

    /// <summary>The next message, until there is none.</summary>
    public bool TryNext(out ReadOnlySpan<byte> message)
    {
        message = default;
        if (_entries.IsEmpty)
        {
            return false;
        }

        var bytes = BinaryPrimitives.ReadInt32BigEndian(_entries);
        if (bytes < 0)
        {
            throw new InvalidDataException("A batch within a chunk, which nobody published.");
        }

        message = _entries.Slice(sizeof(int), bytes);
        _entries = _entries[(sizeof(int) + bytes)..];
        return true;
    }
}
