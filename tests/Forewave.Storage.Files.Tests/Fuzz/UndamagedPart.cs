using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Tests.Fuzz;

/// <summary>What no damage has touched: the messages that a damaged folder, once it opens, must give back as before.</summary>
internal sealed class UndamagedPart(DiskImage whole, IReadOnlyList<Damage> damages)
{
    /// <exception cref="InvalidOperationException">One of them is not there.</exception>
    public void CheckKept(Dictionary<uint, QueueReading> before, Dictionary<uint, QueueReading> after)
    {
        ulong bound = damages.Min(FirstTouched);
        foreach ((uint queue, QueueReading reading) in after)
        {
            // A refused read is told to the operator; nothing is silently gone.
            if (reading.Refusal is not null)
            {
                continue;
            }

            foreach (ulong position in before[queue].Messages.Keys.Where(position => position < bound))
            {
                if (!reading.Messages.ContainsKey(position))
                {
                    throw new InvalidOperationException($"queue {queue}: {position:x16} is gone, the damage begins at {bound:x16}");
                }
            }
        }
    }

    // Lowest position that may be gone. Which positions are in a file that was exchanged is not asked.
    private ulong FirstTouched(Damage damage)
    {
        if (!damage.IsOfSegment)
        {
            return ulong.MaxValue;
        }

        if (!damage.IsInPlace || damage.From < SegmentLayout.HeaderBytes || !whole.Files.TryGetValue(damage.Path, out byte[]? bytes))
        {
            return 0;
        }

        return SegmentHeader.Decode(bytes) is { } header ? FirstTouched(bytes, header, damage.From) : ulong.MaxValue;
    }

    private static ulong FirstTouched(byte[] bytes, SegmentHeader header, long from)
    {
        ulong first = ulong.MaxValue;
        int at = SegmentLayout.HeaderBytes;
        while (at + RecordCodec.HeaderBytes <= bytes.Length)
        {
            if (!RecordCodec.TryRead(bytes.AsSpan(at), header.Generation, out StoredHeader stored))
            {
                at += SegmentLayout.Alignment;
                continue;
            }

            // A record that was carried over has its messages under older positions.
            bool isTouched = at + stored.RecordBytes > from;
            if (isTouched && stored.Header.Type == RecordType.CarriedOver)
            {
                return 0;
            }

            first = isTouched ? Math.Min(first, stored.Header.Position.Bits) : first;
            at += stored.RecordBytes;
        }

        return first;
    }
}
