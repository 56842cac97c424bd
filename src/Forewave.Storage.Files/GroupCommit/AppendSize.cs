using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.GroupCommit;

/// <summary>What an append takes.</summary>
/// <param name="Bytes">Bytes in the log.</param>
/// <param name="Positions">Log positions.</param>
/// <param name="MayUseReserve">Every record of it may be written when the disk is full.</param>
internal readonly record struct AppendSize(int Bytes, ulong Positions, bool MayUseReserve)
{
    /// <exception cref="ArgumentException">There is no record, or one takes no position.</exception>
    public static AppendSize Of(ReadOnlySpan<RecordDraft> records)
    {
        int bytes = 0;
        ulong positions = 0;
        bool mayUseReserve = true;
        foreach (ref readonly RecordDraft record in records)
        {
            if (record.Count < 1)
            {
                throw new ArgumentException($"a {record.Type} record takes {record.Count} positions, at least 1 is needed", nameof(records));
            }

            bytes = checked(bytes + SegmentLayout.RecordBytes(record.Payload.Length));
            positions += (uint)record.Count;
            mayUseReserve &= record.Type.MayUseReserve();
        }

        if (records.IsEmpty)
        {
            throw new ArgumentException("an append needs a record", nameof(records));
        }

        return new AppendSize(bytes, positions, mayUseReserve);
    }
}
