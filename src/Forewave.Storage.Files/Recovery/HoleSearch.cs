using System.Buffers.Binary;
using Forewave.Protocol;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Recovery;

/// <summary>Looks behind a hole for records that can only follow it, segment after segment.</summary>
internal sealed class HoleSearch
{
    private ulong _least;

    /// <param name="least">The lowest position that a record behind the hole can have.</param>
    public HoleSearch(LogPosition least) => _least = least.Bits;

    /// <summary>Place in the tail of the segment in which the first record behind the hole is.</summary>
    public int FirstSegment { get; private set; }

    /// <summary>Where the first record behind the hole begins; negative: none was found.</summary>
    public int FirstByte { get; private set; } = -1;

    /// <summary>Position of the first record behind the hole.</summary>
    public LogPosition FirstPosition { get; private set; }

    /// <summary>Looks through a segment from a byte on; true at the first group start.</summary>
    public bool Look(int segment, ReadOnlySpan<byte> bytes, int from, Generation generation)
    {
        int at = from;
        while (at + RecordCodec.HeaderBytes <= bytes.Length)
        {
            if (!MayBeRecord(bytes[at..], generation) || !Fits(bytes, at, generation, out StoredHeader stored))
            {
                at += SegmentLayout.Alignment;
                continue;
            }

            if (FirstByte < 0)
            {
                (FirstSegment, FirstByte, FirstPosition) = (segment, at, stored.Header.Position);
            }

            if ((stored.Flags & RecordFlags.GroupStart) != 0)
            {
                return true;
            }

            _least = stored.Header.Position.Bits + (uint)stored.Header.Count;
            at += stored.RecordBytes;
        }

        return false;
    }

    // Cheap, for every 8 bytes of a segment: the generation and the version are where a header has them.
    private static bool MayBeRecord(ReadOnlySpan<byte> bytes, Generation generation) =>
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[28..]) == generation.Value && bytes[13] == RecordCodec.Version;

    private bool Fits(ReadOnlySpan<byte> bytes, int at, Generation generation, out StoredHeader stored) =>
        RecordCodec.TryRead(bytes[at..], generation, out stored)
        && stored.Header.Position.Bits >= _least
        && stored.RecordBytes <= bytes.Length - at;
}
