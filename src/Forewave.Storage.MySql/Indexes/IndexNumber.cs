namespace Forewave.Storage.MySql.Indexes;

/// <summary>Number of an index, as in a record's header: the band of a queue in the upper 4 bits.</summary>
/// <param name="Value">All bits.</param>
internal readonly record struct IndexNumber(uint Value)
{
    private const int BandShift = 28;

    /// <summary>Of the queue, or of another thing that has an index.</summary>
    public uint Queue => Value & ((1u << BandShift) - 1);

    /// <summary>The band; 13 for a trail, 14 for a trace, 15 for a lane.</summary>
    public uint Band => Value >> BandShift;

    /// <summary>The index of a band.</summary>
    public static IndexNumber Of(uint queue, int band) => new(queue | ((uint)band << BandShift));

    /// <summary>The kind of index that a record belongs to.</summary>
    public static IndexKind KindOf(RecordType type) => type switch
    {
        RecordType.Scheduled or RecordType.Rescheduled or RecordType.Prepared => IndexKind.Lane,
        RecordType.DeadLettered => IndexKind.Dead,
        RecordType.Traced => IndexKind.Trace,
        RecordType.DeadOperated => IndexKind.Trail,
        _ => IndexKind.Queue,
    };
}
