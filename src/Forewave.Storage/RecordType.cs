namespace Forewave.Storage;

/// <summary>
/// What a record of the log says. The numbers are on disk: they are never given to something else.
/// </summary>
public enum RecordType : byte
{
    /// <summary>No record; never written.</summary>
    None = 0,

    /// <summary>Messages of one queue as their producer encoded them, under consecutive positions and sequences.</summary>
    Published = 1,

    /// <summary>Scheduled messages of one queue become available: a copy of them, under their first positions.</summary>
    Released = 2,

    /// <summary>
    /// Messages of one queue as their producer encoded them, under consecutive positions, of a transaction that is not decided. They stand
    /// in the index of a lane, not in the queue's.
    /// </summary>
    Prepared = 3,

    /// <summary>A transaction ended: what it prepared is out, by the records of the same unit, or gone.</summary>
    Decided = 4,

    /// <summary>Messages were handed to a consumer of a group.</summary>
    Leased = 5,

    /// <summary>Leases ended by ack, nack or release.</summary>
    Settled = 6,

    /// <summary>A message became a dead letter of a group; carries a copy of it.</summary>
    DeadLettered = 7,

    /// <summary>Dead letters are available again to their group.</summary>
    Redriven = 8,

    /// <summary>Scheduled messages that were not out yet are withdrawn.</summary>
    Cancelled = 9,

    /// <summary>A group's read offset was moved otherwise than by delivering.</summary>
    CursorMoved = 10,

    /// <summary>Leases last longer.</summary>
    Extended = 11,

    /// <summary>A live record of an old segment, written again at the log's end under its original positions.</summary>
    CarriedOver = 12,

    /// <summary>Everything of a queue before an offset is gone.</summary>
    Purged = 13,

    /// <summary>An opening of the log: what was recovered before it is committed with it.</summary>
    Barrier = 14,

    /// <summary>A queue was made, changed or deleted.</summary>
    QueueChanged = 15,

    /// <summary>A group was made, changed or deleted.</summary>
    GroupChanged = 16,

    /// <summary>A producer id was seen for the first time and has a number now.</summary>
    ProducerSeen = 17,

    /// <summary>Dead letters are gone for good.</summary>
    DeadPurged = 18,

    /// <summary>
    /// Messages of one queue as their producer encoded them, under consecutive positions and sequences, that become available
    /// at a later time. They stand in the index of a lane, not in the queue's.
    /// </summary>
    Scheduled = 19,

    /// <summary>A scheduled message that is not out yet gets another time: a copy of it, under its first position.</summary>
    Rescheduled = 20,

    /// <summary>A recurring message was made, changed or deleted.</summary>
    RecurringChanged = 21,

    /// <summary>Messages that a group has met have an ordering key; those behind another of their key are held.</summary>
    KeysNoted = 22,

    /// <summary>A message of a group failed for good: its ordering key is set aside.</summary>
    Parked = 23,

    /// <summary>An ordering key that was set aside goes on.</summary>
    Resumed = 24,

    /// <summary>Messages of a group that were not delivered in time: they are settled.</summary>
    Expired = 27,

    /// <summary>
    /// Messages that were not stored, because others with their deduplication ids were: their sequences, and where the originals
    /// are.
    /// </summary>
    Repeated = 26,

    /// <summary>A group begins anew at an offset: what is before it is settled, what comes from there on was never handed out.</summary>
    GroupReset = 28,

    /// <summary>A range of a queue is to come to a group once more, how far that is, or that it is called off.</summary>
    GroupReplay = 29,

    /// <summary>
    /// Another record of a group, once more, for who wants to know what became of its messages; stands in the index of a queue's trace.
    /// </summary>
    Traced = 32,

    /// <summary>
    /// A step of an operation on the dead letters of a group: who asked for what, which ones, how it ended. Stands in the index of a
    /// queue's trail.
    /// </summary>
    DeadOperated = 33,

    /// <summary>Dead letters that were redriven, or purged a while ago, are dead letters again.</summary>
    DeadTakenBack = 34,

    /// <summary>A transaction was begun; its position is the transaction's id.</summary>
    TransactionBegun = 35,

    /// <summary>
    /// Messages of a transaction that were not prepared, because others with their deduplication ids were stored or are in it: their numbers,
    /// and where the originals are.
    /// </summary>
    RepeatedInTransaction = 36,

    /// <summary>A user was made, changed or removed: all of it as it is from then on.</summary>
    UserChanged = 40,

    /// <summary>A live setting was set, or taken away.</summary>
    SettingChanged = 41,
}
