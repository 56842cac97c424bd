namespace Forewave.Broker.Tests.Promises.Plants;

/// <summary>What is wrong with the system under test, planted to see whether the checker notices.</summary>
internal enum Plant
{
    None,

    /// <summary>Syncs of segment files do nothing.</summary>
    SyncSkipped,

    /// <summary>Owners are told of the commit when their records are appended.</summary>
    AnswerBeforeSync,

    /// <summary>Syncs of segment files return at once and are done before the next operation: what follows runs ahead of them.</summary>
    SyncLate,

    /// <summary>Syncs of folders do nothing.</summary>
    FolderNotSynced,

    /// <summary>Records of earlier uses of a segment file read as if they were of the present use.</summary>
    RecycledNotChecked,

    /// <summary>Of the messages of each transaction that is committed some are left out.</summary>
    CommitLeaks,
}
