using Forewave.Protocol;

namespace Forewave.Storage.MySql.Log;

/// <summary>What an append takes, checked before anything of it is copied.</summary>
/// <param name="Bytes">Payloads, and 64 bytes a record.</param>
/// <param name="Positions">Log positions.</param>
internal readonly record struct AppendBounds(int Bytes, ulong Positions)
{
    /// <summary>Greatest sum that one append may have: the records of one frame.</summary>
    internal const int MaxBytes = Limits.FrameBytes + (64 * 1024);

    /// <summary>What a record counts besides its payload.</summary>
    internal const int HeaderBytes = 64;

    /// <summary>Nobody waits for any record of it.</summary>
    public bool IsLazy { get; private init; }

    /// <summary>Every record of it ends work or frees space: it may wait where a client's message is refused.</summary>
    public bool MayUseReserve { get; private init; }

    /// <summary>It has what a client waits for with a message in hand.</summary>
    public bool IsFromClient { get; private init; }

    /// <exception cref="ArgumentException">
    /// There is no record, one takes no position, the last one joins what another call may append, or all are too large together.
    /// </exception>
    public static AppendBounds Of(ReadOnlySpan<RecordDraft> records)
    {
        long bytes = 0;
        ulong positions = 0;
        bool isLazy = true;
        bool mayUseReserve = true;
        bool isFromClient = false;
        foreach (ref readonly RecordDraft record in records)
        {
            if (record.Count < 1)
            {
                throw new ArgumentException($"a {record.Type} record takes {record.Count} positions, at least 1 is needed", nameof(records));
            }

            bytes += record.Payload.Length + HeaderBytes;
            positions += (uint)record.Count;
            isLazy &= record.IsLazy && record.Owner is null;
            mayUseReserve &= record.Type.MayUseReserve();
            isFromClient |= record.Type is RecordType.Published or RecordType.Scheduled or RecordType.Prepared or RecordType.Repeated
                or RecordType.RepeatedInTransaction or RecordType.ProducerSeen;
        }

        if (records.IsEmpty || records[^1].JoinsNext)
        {
            throw new ArgumentException("an append needs a record, and its last one joins none", nameof(records));
        }

        return bytes <= MaxBytes
            ? new AppendBounds((int)bytes, positions) { IsLazy = isLazy, MayUseReserve = mayUseReserve, IsFromClient = isFromClient }
            : throw new ArgumentException($"an append of {bytes} bytes is more than the {MaxBytes} that the store takes", nameof(records));
    }
}
