namespace Forewave.Storage;

/// <summary>What holds for a record because of its type.</summary>
public static class RecordTypes
{
    /// <summary>
    /// Whether it may go into the reserved segments when the disk is full: what frees space or ends work may, what adds
    /// messages may not.
    /// </summary>
    public static bool MayUseReserve(this RecordType type) =>
        type is not (RecordType.Published or RecordType.Prepared or RecordType.ProducerSeen);
}
