using System.Buffers.Binary;
using Forewave.Storage;

namespace Forewave.Broker.Search;

/// <summary>
/// How far a search came. As text it is 52 hexadecimal digits that a client hands back: version u8 = 1, phase u8, index u32, offset
/// i64, end i64, CRC-32C of what is looked for u32, all little-endian.
/// </summary>
/// <param name="Phase">What it goes through.</param>
/// <param name="Index">A band of the queue, or a lane; 0 before the first.</param>
/// <param name="Offset">The offset or place there that comes next.</param>
/// <param name="Until">What came into the queue from then on is not looked at; so that a search ends while others publish. 0: not in the queue yet.</param>
internal readonly record struct SearchPosition(SearchPhase Phase, uint Index, long Offset, Timestamp Until)
{
    private const int Bytes = 26;
    private const byte Version = 1;

    /// <summary>Nothing was looked at yet.</summary>
    public bool IsFirst => Until.UnixMilliseconds == 0 && (Phase == SearchPhase.Queued || Index == 0 && Offset == 0);

    /// <summary>The text for a client.</summary>
    /// <param name="query">Stands for what is looked for.</param>
    public string ToToken(uint query)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        bytes[0] = Version;
        bytes[1] = (byte)Phase;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[2..], Index);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[6..], Offset);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[14..], Until.UnixMilliseconds);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[22..], query);
        return Convert.ToHexStringLower(bytes);
    }

    /// <summary>Reads a text. False: it is none, or of a search for something else.</summary>
    public static bool TryRead(string token, uint query, out SearchPosition position)
    {
        position = default;
        Span<byte> bytes = stackalloc byte[Bytes];
        bool isToken = token.Length == Bytes * 2
            && Convert.FromHexString(token, bytes, out _, out int written) == System.Buffers.OperationStatus.Done
            && written == Bytes
            && bytes[0] == Version
            && (SearchPhase)bytes[1] is SearchPhase.Scheduled or SearchPhase.Queued
            && BinaryPrimitives.ReadUInt32LittleEndian(bytes[22..]) == query;
        if (!isToken)
            return false;
        position = new SearchPosition(
            (SearchPhase)bytes[1],
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[2..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[6..]),
            new Timestamp(BinaryPrimitives.ReadInt64LittleEndian(bytes[14..])));
        return position.Offset >= 0 && position.Until.UnixMilliseconds >= 0;
    }
}
