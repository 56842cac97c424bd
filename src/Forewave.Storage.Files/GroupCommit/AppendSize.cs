using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.GroupCommit;

/// <summary>What an append takes.</summary>
/// <param name="Bytes">Bytes in the log.</param>
/// <param name="Positions">Log positions.</param>
/// <param name="MayUseReserve">Every record of it may be written when the disk is full.</param>
internal readonly record struct AppendSize(int Bytes, ulong Positions, bool MayUseReserve)
{
    /// <summary>Nobody waits for any record of it.</summary>
    public bool IsLazy { get; init; }

    /// <exception cref="ArgumentException">
    /// There is no record, one takes no position, the last one joins what another call may append, or all are too large together.
    /// </exception>
    public static AppendSize Of(ReadOnlySpan<RecordDraft> records, int maxBytes)
    {
        int bytes = 0;
        long unpadded = 0;
        ulong positions = 0;
        bool mayUseReserve = true;
        bool isLazy = true;
        foreach (ref readonly RecordDraft record in records)
        {
            if (record.Count < 1)
            {
                throw new ArgumentException($"a {record.Type} record takes {record.Count} positions, at least 1 is needed", nameof(records));
            }

            bytes = checked(bytes + SegmentLayout.RecordBytes(record.Payload.Length));
            unpadded += record.Payload.Length + (record.Type == RecordType.CarriedOver ? 0 : RecordCodec.HeaderBytes);
            positions += (uint)record.Count;
            mayUseReserve &= record.Type.MayUseReserve();
            isLazy &= record.IsLazy && record.Owner is null;
        }

        if (records.IsEmpty)
        {
            throw new ArgumentException("an append needs a record", nameof(records));
        }

        if (unpadded > maxBytes)
        {
            throw new ArgumentException($"an append of {unpadded} bytes is more than the {maxBytes} that the store takes", nameof(records));
        }

        if (records[^1].JoinsNext)
        {
            throw new ArgumentException($"the last record, a {records[^1].Type}, joins a next one that is not there", nameof(records));
        }

        return new AppendSize(bytes, positions, mayUseReserve) { IsLazy = isLazy };
    }
}
