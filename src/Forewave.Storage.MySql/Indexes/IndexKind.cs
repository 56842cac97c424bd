namespace Forewave.Storage.MySql.Indexes;

/// <summary>What an index is of, and so which table has its rows.</summary>
internal enum IndexKind : byte
{
    /// <summary>Not known yet: nothing was dispatched.</summary>
    None,

    /// <summary>The messages of one priority band of a queue: the queue's table.</summary>
    Queue,

    /// <summary>Scheduled messages of one stretch of time, or what transactions prepared in one: MQ_PENDING.</summary>
    Lane,

    /// <summary>Dead letters of a group: MQ_DEAD.</summary>
    Dead,

    /// <summary>The trace of a queue: MQ_TRACE.</summary>
    Trace,

    /// <summary>What was done to the dead letters of a queue's groups: MQ_TRAIL.</summary>
    Trail,
}
