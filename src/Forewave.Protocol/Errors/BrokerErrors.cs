namespace Forewave.Protocol.Errors;

/// <summary>Errors 6xx: the broker and its store.</summary>
internal static class BrokerErrors
{
    public static ErrorEntry[] Rows { get; } =
    [
        new()
        {
            Code = ErrorCode.PartitionStopped, HttpStatus = 503, Retry = RetryAdvice.Elsewhere,
            RetryAfter = TimeSpan.FromMilliseconds(1_000),
            Happened = "The partition stopped after a failure of its store and takes nothing until it is started again.",
            Advice = "Read the broker's log for the failure, repair the disk, start the broker again.",
        },
        new()
        {
            Code = ErrorCode.StoreUnavailable, HttpStatus = 503, Stored = StoredOutcome.Unknown,
            Retry = RetryAdvice.Same, RetryAfter = TimeSpan.FromMilliseconds(1_000),
            Happened = "The store did not confirm what was handed to it.",
            Advice = "Send again under the same sequences; they are not stored twice.",
        },
        new()
        {
            Code = ErrorCode.DiskFull, HttpStatus = 507, Retry = RetryAdvice.Elsewhere,
            RetryAfter = TimeSpan.FromMilliseconds(5_000),
            Happened = "The disk has only its reserve left; consuming, purging and deleting go on.",
            Advice = "Free space, shorten retention or purge queues.",
        },
        new()
        {
            Code = ErrorCode.ShuttingDown, HttpStatus = 503, Retry = RetryAdvice.Elsewhere,
            RetryAfter = TimeSpan.FromMilliseconds(1_000),
            Happened = "The broker is about to stop.",
            Advice = "Connect again, here later or elsewhere.",
        },
        new()
        {
            Code = ErrorCode.NotOwner, HttpStatus = 421, Retry = RetryAdvice.Elsewhere,
            Happened = "This broker does not own the partition or the slot of the key.",
            Advice = "Fetch the routes again and go to the owner.",
        },
        new()
        {
            Code = ErrorCode.ReadOnly, HttpStatus = 503, Retry = RetryAdvice.Elsewhere,
            RetryAfter = TimeSpan.FromMilliseconds(1_000),
            Happened = "The broker takes no writes at present.",
            Advice = "Wait until it does, or go to another one.",
        },
        new()
        {
            Code = ErrorCode.BrokerFault, HttpStatus = 500, Stored = StoredOutcome.Unknown,
            Retry = RetryAdvice.Same, RetryAfter = TimeSpan.FromMilliseconds(1_000),
            Happened = "The broker met a fault of its own.",
            Advice = "Report it with the broker's log; send again under the same sequences.",
        },
        new()
        {
            Code = ErrorCode.FolderInUse, HttpStatus = 500,
            Happened = "Another process has the data folder open.",
            Advice = "Stop that one, or give each broker a folder of its own.",
        },
        new()
        {
            Code = ErrorCode.FolderUnusable, HttpStatus = 500,
            Happened = "The data folder cannot be written to.",
            Advice = "Give the broker's user the right to write there.",
        },
        new()
        {
            Code = ErrorCode.FormatTooNew, HttpStatus = 500,
            Happened = "The data folder or the database was written by a newer version.",
            Advice = "Start the version that wrote it, or a later one.",
        },
        new()
        {
            Code = ErrorCode.LogDamaged, HttpStatus = 500,
            Happened = "Bytes of the log are not what was written, at the position that the text names.",
            Advice = "Restore from a copy, or let the broker read what is whole as the text says; check the disk.",
        },
        new()
        {
            Code = ErrorCode.FormatTooOld, HttpStatus = 500,
            Happened = "The data folder was written by a version that is too old for this one to read it.",
            Advice = "Drain it with the version that wrote it, or start on an empty folder.",
        },
        new()
        {
            Code = ErrorCode.AddressUnusable, HttpStatus = 500,
            Happened = "An address to listen at is taken, is not of this host, or may not be used.",
            Advice = "Stop what listens there, or choose another address (port 0: a free one).",
        },
        new()
        {
            Code = ErrorCode.CertificateUnusable, HttpStatus = 500,
            Happened = "The certificate or the key for TLS cannot be read, or they do not belong together.",
            Advice = "Give PEM files: the certificate first and then those that lead to its authority, and its key without a password.",
        },
        new()
        {
            Code = ErrorCode.NativeLibraryMissing, HttpStatus = 500,
            Happened = "A library of the operating system that the broker needs is not installed.",
            Advice = "Install it with the line in the text, then start the broker again.",
        },
        new()
        {
            Code = ErrorCode.DatabaseUnusable, HttpStatus = 500,
            Happened = "The database's version, settings or schema do not let the store keep its promises.",
            Advice = "Change what the text names, then start the broker again; docs/mysql-schema.md has the settings.",
        },
        new()
        {
            Code = ErrorCode.DatabaseUnreachable, HttpStatus = 503, Retry = RetryAdvice.Elsewhere,
            RetryAfter = TimeSpan.FromMilliseconds(1_000),
            Happened = "The database does not answer or takes no writes, so the broker takes no messages; it goes on by itself when the database does.",
            Advice = "Start the database, or look at why it refuses: the broker's log has its words.",
        },
        new()
        {
            Code = ErrorCode.CoordinationUnreachable, HttpStatus = 503, Retry = RetryAdvice.Same,
            RetryAfter = TimeSpan.FromMilliseconds(1_000),
            Happened = "No server of ZooKeeper answers.",
            Advice = "Start ZooKeeper, or correct the list of its servers; the broker tries on.",
        },
        new()
        {
            Code = ErrorCode.CoordinationExpired, HttpStatus = 503, Retry = RetryAdvice.Elsewhere,
            RetryAfter = TimeSpan.FromMilliseconds(1_000),
            Happened = "The session with ZooKeeper is over: nothing was heard from this process, or by it, for the session's time-out.",
            Advice = "Nothing, when it was one pause; else look for a process that stands still, a network that is cut, or a longer session time-out.",
        },
        new()
        {
            Code = ErrorCode.GroupRecordInvalid, HttpStatus = 500,
            Happened = "A node in ZooKeeper holds what this version cannot read.",
            Advice = "Run the version that wrote it, or repair the node by docs/cluster-nodes.md.",
        },
        new()
        {
            Code = ErrorCode.CoordinationRefused, HttpStatus = 500,
            Happened = "ZooKeeper refused a request.",
            Advice = "Look at the code in the text: the brokers need every right under their path (ACL), and the path itself has to be there.",
        },
        new()
        {
            Code = ErrorCode.ReplicationUnusable, HttpStatus = 500,
            Happened = "The replication settings of a broker group's databases do not let it keep its promises.",
            Advice = "Change what the text names, line by line; docs/replication.md says what each setting is for.",
        },
        new()
        {
            Code = ErrorCode.ReplicationBroken, HttpStatus = 500,
            Happened = "A slave's database does not receive, or does not apply, what its master writes.",
            Advice = "Read the server's words in the text; a slave that cannot go on is made anew from a copy of its master.",
        },
        new()
        {
            Code = ErrorCode.NotReceived, HttpStatus = 503, Stored = StoredOutcome.Unknown, Retry = RetryAdvice.Same,
            RetryAfter = TimeSpan.FromMilliseconds(1_000),
            Happened = "The message was committed, and the slave did not say that it received it.",
            Advice = "Send again under the same sequences; they are not stored twice.",
        },
        new()
        {
            Code = ErrorCode.PartitionNeeded, HttpStatus = 400,
            Happened = "The cluster has several partitions, and an offset, a place or a number means another message at each.",
            Advice = "Give it with its partition, as it was told (1-17), or name the partition: --partition N, or Partition of the client's options.",
        },
        new()
        {
            Code = ErrorCode.PartitionsUnanswered, HttpStatus = 503, Retry = RetryAdvice.Same, RetryAfter = TimeSpan.FromMilliseconds(1_000),
            Happened = "Partitions of the cluster did not answer: what they have is missing.",
            Advice = "Ask again when they are there (forewave cluster status), or ask the others alone: --partition N.",
        },
        new()
        {
            Code = ErrorCode.PromotionRefused, HttpStatus = 409,
            Happened = "A broker was not made master by hand: messages that were answered could be lost without need.",
            Advice = "Do what the text says: start the master again, stop its database's server for good, or take the other broker.",
        },
        new()
        {
            Code = ErrorCode.GroupRecordExists, HttpStatus = 409,
            Happened = "The partition has a record in ZooKeeper, so none is made for it.",
            Advice = "Look at it with forewave cluster status; where its master is gone for good, promote the other broker.",
        },
        new()
        {
            Code = ErrorCode.BrokerNotThere, HttpStatus = 409,
            Happened = "The broker that is to become master does not announce itself in the group, or does not say how it does.",
            Advice = "Start it, with --http, and look with forewave cluster status whether it is there.",
        },
        new()
        {
            Code = ErrorCode.GroupRecordChanged, HttpStatus = 409, Retry = RetryAdvice.Same,
            Happened = "The group's record was set by a broker while it was to be set by hand: nothing was changed.",
            Advice = "Look again with forewave cluster status, and decide anew.",
        },
        new()
        {
            Code = ErrorCode.CopyFailed, HttpStatus = 500, Retry = RetryAdvice.Same,
            Happened = "The copy of the master's database did not come to its end, so the former master's is not whole.",
            Advice = "Read what the database's programs say in the text, and repeat forewave cluster tail --make-anew.",
        },
        new()
        {
            Code = ErrorCode.NothingToRepair, HttpStatus = 409,
            Happened = "The database follows its master and needs no repair.",
            Advice = "Look at the group with forewave cluster status.",
        },
        new()
        {
            Code = ErrorCode.BackupOff, HttpStatus = 403,
            Happened = "The broker was started without a folder for backups.",
            Advice = "Set backupFolder and start the broker again, or stop it and use forewave backup run --data.",
        },
        new()
        {
            Code = ErrorCode.BackupRunning, HttpStatus = 409, Retry = RetryAdvice.Same,
            Happened = "A backup is being taken, by this broker or by another process.",
            Advice = "Wait for its end (forewave backup status), or cancel it.",
        },
        new()
        {
            Code = ErrorCode.BackupFolderUnusable, HttpStatus = 500,
            Happened = "The folder for backups is of another data folder, or cannot be read or written.",
            Advice = "Give each data folder, and each restored one, a backup folder of its own, with the right to write there.",
        },
        new()
        {
            Code = ErrorCode.BackupFailed, HttpStatus = 500, Retry = RetryAdvice.Same,
            Happened = "A backup did not come to its end; those before it are as they were.",
            Advice = "Do what the text says, and take it again: what was copied is not copied again.",
        },
        new()
        {
            Code = ErrorCode.BackupNotFound, HttpStatus = 404,
            Happened = "There is no such backup in the folder.",
            Advice = "List them with forewave backup list.",
        },
        new()
        {
            Code = ErrorCode.BackupDamaged, HttpStatus = 500,
            Happened = "A file of a backup is missing, or is not what was written.",
            Advice = "Restore from a backup that does not need the file: forewave backup verify says which.",
        },
        new()
        {
            Code = ErrorCode.RestorePointInvalid, HttpStatus = 400,
            Happened = "The backups do not reach the point that is to be restored.",
            Advice = "Give a position or a time between the end of the oldest backup and that of the newest: forewave backup list.",
        },
        new()
        {
            Code = ErrorCode.RestoreFolderNotEmpty, HttpStatus = 409,
            Happened = "The folder that is to be restored into is not empty.",
            Advice = "Give an empty folder, or a path that does not exist.",
        },
        new()
        {
            Code = ErrorCode.SettingUnknown, HttpStatus = 404,
            Happened = "There is no setting with this name; nothing was changed.",
            Advice = "List them: forewave config get.",
        },
        new()
        {
            Code = ErrorCode.SettingInvalid, HttpStatus = 400,
            Happened = "A setting cannot have this value, or not for this; nothing was changed.",
            Advice = "Correct what the text names; docs/configuration.md has the ranges.",
        },
        new()
        {
            Code = ErrorCode.SettingNotLive, HttpStatus = 409,
            Happened = "The setting counts from the start of the broker; nothing was changed.",
            Advice = "Set it by file, environment or flag, and start the broker again.",
        },
        new()
        {
            Code = ErrorCode.TooManySettings, HttpStatus = 429,
            Happened = "There are 1,000 live settings, which is as many as there may be; nothing was changed.",
            Advice = "Take some away (forewave config unset NAME); set queues by the beginning of their names.",
        },
        new()
        {
            Code = ErrorCode.PublishOff, HttpStatus = 503, Retry = RetryAdvice.Same, RetryAfter = TimeSpan.FromMilliseconds(1_000),
            Happened = "Nothing is published to the queue at present: an operator has switched it off.",
            Advice = "Wait until it is on again: forewave config get publish.",
        },
        new()
        {
            Code = ErrorCode.ConsumeOff, HttpStatus = 503, Retry = RetryAdvice.Same, RetryAfter = TimeSpan.FromMilliseconds(1_000),
            Happened = "Nothing is handed out of the queue at present: an operator has switched it off.",
            Advice = "Wait until it is on again: forewave config get consume.",
        },
        new()
        {
            Code = ErrorCode.CapabilityOff, HttpStatus = 503,
            Happened = "What the request needs is switched off at present, for the broker or the queue.",
            Advice = "Do without it, or ask an operator: forewave config get.",
        },
        new()
        {
            Code = ErrorCode.MemoryShort, HttpStatus = 503, Retry = RetryAdvice.Elsewhere, RetryAfter = TimeSpan.FromMilliseconds(1_000),
            Happened = "The broker's memory is short: it takes no messages until it has a tenth less than its bound.",
            Advice = "Wait, the SDK does; give the broker more memory, or less to do.",
        },
    ];
}
