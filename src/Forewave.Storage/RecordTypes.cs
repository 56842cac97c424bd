namespace Forewave.Storage;

/// <summary>What holds for a record because of its type.</summary>
public static class RecordTypes
{
    /// <summary>
    /// Whether it may go into the reserved segments when the disk is full: what frees space or ends work may, what adds
    /// messages may not.
    /// </summary>
    public static bool MayUseReserve(this RecordType type) =>
        type is not (RecordType.Published or RecordType.Prepared or RecordType.ProducerSeen or RecordType.Scheduled
            or RecordType.Rescheduled or RecordType.Released or RecordType.RecurringChanged or RecordType.Repeated or RecordType.TransactionBegun
            or RecordType.RepeatedInTransaction);

    /// <summary>Whether it gets a place in an index: the engine dispatches it when it is committed.</summary>
    public static bool IsDispatched(this RecordType type) =>
        type is RecordType.Published or RecordType.DeadLettered or RecordType.Released or RecordType.Scheduled or RecordType.Rescheduled
            or RecordType.Traced or RecordType.DeadOperated or RecordType.Prepared;

    /// <summary>Whether offsets or places after it are wrong without it, however its bytes may have rotted.</summary>
    public static bool KeepsPlace(this RecordType type) => type.IsDispatched() && type is not (RecordType.DeadLettered or RecordType.Traced or RecordType.DeadOperated);
}
