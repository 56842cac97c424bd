namespace Forewave.Storage;

/// <summary>The kinds of state in a checkpoint. The numbers are on disk.</summary>
public enum StateKind : byte
{
    /// <summary>No state; never written.</summary>
    None = 0,

    /// <summary>Queues and groups: names, options, counters.</summary>
    Catalogue = 1,

    /// <summary>Producer ids, numbers and sequence runs.</summary>
    Producers = 2,

    /// <summary>Delivery state of one queue.</summary>
    Queue = 3,

    /// <summary>Delivery state of one group.</summary>
    Group = 4,

    /// <summary>Lanes of scheduled messages, and recurring messages.</summary>
    Schedule = 5,

    /// <summary>Some of the scheduled messages of one lane.</summary>
    ScheduleBlock = 6,

    /// <summary>Deduplication ids: the newest, and which slices have the others.</summary>
    Deduplication = 9,

    /// <summary>The index of the messages' keys: which slices have them, and which messages are in none yet.</summary>
    Keys = 12,

    /// <summary>Users, their grants and what their passwords and tokens are checked by; only where there are any.</summary>
    Users = 20,

    /// <summary>Live settings and their newest changes; only where anything was ever set.</summary>
    Settings = 21,
    /// <summary>Transactions that ended a while ago, and the lanes of what is prepared; only where there are any.</summary>
    Transactions = 30,

    /// <summary>Some of the transactions that are not decided.</summary>
    OpenTransactions = 31,

    /// <summary>The store's own index of one queue; never given to the engine.</summary>
    StoreIndex = 100,

    /// <summary>The store's own summary of one segment; never given to the engine.</summary>
    StoreSegment = 101,

    /// <summary>Where the store begins to replay with this checkpoint; never given to the engine.</summary>
    StoreReplay = 102,

    /// <summary>The store's own note of a queue's name; never given to the engine.</summary>
    StoreQueue = 103,
}
