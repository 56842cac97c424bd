using Forewave.Protocol;
using Forewave.Storage.Files.QueueIndex;

namespace Forewave.Storage.Files.Segments;

/// <summary>Makes the run that begins at an offset out of a record's bytes.</summary>
internal static class RunBuilder
{
    /// <summary>Tag of each message in a run: field 15, length-delimited.</summary>
    private const byte MessageTag = 0x7A;

    /// <summary>The run from <paramref name="offset"/> to the record's end.</summary>
    /// <param name="stored">The record's header.</param>
    /// <param name="payload">The record's payload; stays with <paramref name="owner"/>.</param>
    /// <param name="entry">What the index says of the record.</param>
    /// <param name="offset">An offset of the entry.</param>
    /// <param name="owner">Keeps the bytes; null when somebody else does.</param>
    public static StoredRun Build(in StoredHeader stored, ReadOnlyMemory<byte> payload, in IndexEntry entry, Offset offset, IStoredRunOwner? owner)
    {
        RecordHeader header = stored.Header;
        if (header.Type == RecordType.CarriedOver)
        {
            header = RecordCodec.ReadFields(payload.Span).Header;
            payload = payload[RecordCodec.HeaderBytes..];
        }

        int skip = (int)offset.Since(entry.First);
        if (skip > 0)
        {
            payload = payload[BytesOf(payload.Span, skip)..];
            header = header with { Position = header.Position.Plus((ulong)skip), Count = header.Count - skip, Sequence = header.Sequence + (ulong)skip };
        }

        return new StoredRun(header, offset, entry.Count - skip, payload, owner);
    }

    /// <summary>
    /// Whether a whole record can be what a queue's index says: another one is there when the log was damaged and the index with it,
    /// or when the disk wrote a page of the same file to the wrong place.
    /// </summary>
    public static bool Fits(in StoredHeader stored, ReadOnlySpan<byte> payload, QueueNumber queue, in IndexEntry entry)
    {
        RecordHeader header = stored.Header;
        if (header.Type == RecordType.CarriedOver)
        {
            header = RecordCodec.ReadFields(payload).Header;
        }

        return header.Type.IsDispatched() && header.Queue == queue.Value && header.Count >= entry.Count;
    }

    /// <summary>A run whose bytes rotted, with its record's header where that is whole: it says at which position.</summary>
    public static StoredRun Damaged(in IndexEntry entry, Offset offset, in RecordHeader stored = default)
    {
        int count = (int)(entry.End - offset.Value);
        bool isPublish = stored.Type == RecordType.Published;
        LogPosition position = isPublish ? stored.Position.Plus((ulong)(offset.Value - entry.First.Value)) : LogPosition.None;
        RecordHeader header = new() { Type = RecordType.None, Position = position, Count = count, Time = entry.Time };
        return new StoredRun(header, offset, count, ReadOnlyMemory<byte>.Empty, null);
    }

    /// <summary>Length of the first messages of a run.</summary>
    /// <exception cref="InvalidDataException">The payload is no run of so many messages: a bug, as its CRC was right.</exception>
    public static int BytesOf(ReadOnlySpan<byte> messages, int count)
    {
        int at = 0;
        for (int i = 0; i < count; i++)
        {
            if (at >= messages.Length || messages[at] != MessageTag)
            {
                throw new InvalidDataException($"a run of messages has no message at byte {at}");
            }

            at++;
            uint length = 0;
            int shift = 0;
            byte part;
            do
            {
                part = messages[at++];
                length |= (uint)(part & 0x7F) << shift;
                shift += 7;
            }
            while (part >= 0x80);

            at += (int)length;
        }

        return at;
    }
}
