namespace Forewave.Protocol;

/// <summary>The numbers of all errors; <see cref="ErrorTable"/> says what they mean. A number never changes its meaning.</summary>
public enum ErrorCode
{
    /// <summary>No error.</summary>
    None = 0,

    // 1xx: the wire and its connection.
    /// <summary>A frame is longer than the limit in the hello's answer.</summary>
    FrameTooLarge = 101,
    /// <summary>A frame has length 0, or its bytes are no frame of this protocol.</summary>
    FrameBroken = 102,
    /// <summary>The first frame was not a hello, or a second hello came.</summary>
    HelloExpected = 103,
    /// <summary>The broker does not speak the protocol version of the hello.</summary>
    ProtocolVersionUnsupported = 104,
    /// <summary>No hello came within 10 s of connecting.</summary>
    HelloTimeout = 105,
    /// <summary>The peer sent nothing for three heartbeats.</summary>
    HeartbeatMissed = 106,
    /// <summary>The broker has as many connections as it is allowed to.</summary>
    TooManyConnections = 107,
    /// <summary>More requests are unanswered than a client may have in flight.</summary>
    TooManyRequests = 108,
    /// <summary>A handle for a queue, producer or subscription is not known on this connection.</summary>
    UnknownHandle = 109,
    /// <summary>The connection has as many handles as it may have.</summary>
    TooManyHandles = 110,
    /// <summary>The request needs a capability that the broker does not have.</summary>
    CapabilityMissing = 111,
    /// <summary>A field of the request is missing or has a value that is not allowed.</summary>
    FieldInvalid = 112,
    /// <summary>The SDK is older than the broker's operator allows.</summary>
    SdkTooOld = 119,
    /// <summary>The user has as many connections as it may.</summary>
    TooManyUserConnections = 120,

    // 2xx: names and limits.
    /// <summary>A name of a queue, group, producer or consumer breaks the rules for names.</summary>
    NameInvalid = 201,
    /// <summary>An encoded message is larger than 4 MiB.</summary>
    MessageTooLarge = 202,
    /// <summary>The bytes of a message are no valid encoding of one.</summary>
    MessageBroken = 203,
    /// <summary>A frame carries more messages, batches or runs than allowed.</summary>
    TooManyMessages = 204,
    /// <summary>A message has more than 8 keys.</summary>
    TooManyKeys = 205,
    /// <summary>A key, ordering key or deduplication id is longer than 255 bytes.</summary>
    KeyTooLong = 206,
    /// <summary>A tag has control characters, a comma or more than 255 bytes, or a tag filter is not made of tags.</summary>
    TagInvalid = 207,
    /// <summary>A message has more than 128 headers, or more than 16 KiB of them.</summary>
    HeadersTooLarge = 208,
    /// <summary>A header has no name, or a name with control characters.</summary>
    HeaderInvalid = 209,
    /// <summary>A message is to be delivered in the past, or later than in 10 years.</summary>
    DeliveryTimeInvalid = 210,
    /// <summary>A message expires in the past, later than in 10 years, or before it is due.</summary>
    ExpiryTimeInvalid = 211,
    /// <summary>A quota of messages or bytes a second is used up.</summary>
    QuotaExceeded = 212,
    /// <summary>The queue is as long as it may be.</summary>
    QueueFull = 213,

    // 3xx: publishing.
    /// <summary>The producer id is not known and its sequence is above 1: whether this was stored before cannot be told.</summary>
    ProducerUnknown = 301,
    /// <summary>The sequence is below the window of the last 65,536: whether it was stored is not known any more.</summary>
    SequenceTooOld = 302,
    /// <summary>The sequence is neither the next one nor a repeat.</summary>
    SequenceGap = 303,
    /// <summary>An earlier message of the same ordering key was refused, so this one was too.</summary>
    PreviousRefused = 304,
    /// <summary>The partition remembers as many producer ids as it may.</summary>
    TooManyProducers = 305,
    /// <summary>More waits to be stored than the broker will hold in memory.</summary>
    PublishTooFast = 306,
    /// <summary>The partition holds as many deduplication ids as it may; their windows are not shortened.</summary>
    TooManyDeduplicationIds = 307,
    /// <summary>No transaction of this id is open or remembered, or it is of another producer name.</summary>
    TransactionNotFound = 310,
    /// <summary>The transaction was decided before, in another way than the request needs.</summary>
    TransactionDecided = 311,
    /// <summary>A message of a transaction belongs to another partition than the transaction.</summary>
    TransactionSpansPartitions = 312,
    /// <summary>A transaction would have more messages or bytes than one may.</summary>
    TransactionTooLarge = 313,
    /// <summary>As many transactions are open as may be, or they have as many messages.</summary>
    TooManyTransactions = 314,
    /// <summary>The producer cannot be asked what became of its transactions.</summary>
    CheckBackMissing = 315,
    /// <summary>A message has the deduplication id of a message of a transaction that is not decided: whether it is a repeat will be known then.</summary>
    DeduplicationIdHeld = 316,

    // 4xx: consuming and settling.
    /// <summary>The group has another tag filter than the one given.</summary>
    GroupFilterDiffers = 401,
    /// <summary>The lease expired and the message was handed out again, or it is settled in another way.</summary>
    LeaseLost = 402,
    /// <summary>A lease handle is malformed or names nothing that was leased.</summary>
    HandleInvalid = 403,
    /// <summary>Acking up to an offset is for the only consumer of a group, and the group has several.</summary>
    NotTheOnlyConsumer = 404,
    /// <summary>The group has 1,000,000 messages that are handed out and not settled.</summary>
    UnsettledLimit = 405,
    /// <summary>The subscription was ended: its queue or group was deleted, or its consumer id came on another connection.</summary>
    SubscriptionEnded = 406,

    // 5xx: queues, groups and dead letters.
    /// <summary>There is no queue of this name.</summary>
    QueueNotFound = 501,
    /// <summary>There is no queue of this name, and making queues on first use is switched off.</summary>
    QueueCreationOff = 502,
    /// <summary>The broker has as many queues as it may.</summary>
    TooManyQueues = 503,
    /// <summary>There is a queue of this name already.</summary>
    QueueExists = 504,
    /// <summary>Queues whose names begin with '$' belong to the system.</summary>
    SystemQueue = 505,
    /// <summary>The queue has no group of this name.</summary>
    GroupNotFound = 506,
    /// <summary>The queue has as many groups as it may.</summary>
    TooManyGroups = 507,
    /// <summary>The group has consumers, and this is only done without.</summary>
    GroupHasConsumers = 508,
    /// <summary>There is no dead letter at this place.</summary>
    DeadLetterNotFound = 509,
    /// <summary>There is no message with this id or offset.</summary>
    MessageNotFound = 510,
    /// <summary>The message is not scheduled: it came out already, was cancelled, or never had a delay.</summary>
    NotScheduled = 511,
    /// <summary>The queue has no recurring message of this name.</summary>
    RecurringNotFound = 512,
    /// <summary>The times of a recurring message are no cron expression, or it never comes true.</summary>
    CronInvalid = 513,
    /// <summary>The broker does not know the time zone.</summary>
    TimeZoneUnknown = 514,
    /// <summary>The broker has as many recurring messages as it may.</summary>
    TooManyRecurring = 515,
    /// <summary>The group has not parked an ordering key of this name.</summary>
    KeyNotParked = 520,
    /// <summary>A filter of dead letters cannot be read.</summary>
    DeadFilterInvalid = 530,
    /// <summary>No operation of this number goes on, or is known.</summary>
    DeadOperationNotFound = 531,
    /// <summary>As many operations on the dead letters of a group go on as may.</summary>
    TooManyDeadOperations = 532,
    /// <summary>Nothing of an operation can be taken back any more.</summary>
    NothingToUndo = 533,
    /// <summary>A text is no message id.</summary>
    MessageIdInvalid = 550,
    /// <summary>What is looked for cannot be understood: a key, tag filter or header.</summary>
    SearchFilterInvalid = 551,
    /// <summary>A range of times or offsets of a search ends before it begins, or is none.</summary>
    SearchRangeInvalid = 552,
    /// <summary>As many searches run as may.</summary>
    TooManySearches = 553,
    /// <summary>Too many look-ups have found nothing of late.</summary>
    TooManyMisses = 554,
    /// <summary>A resume token is none, or that of a search for something else.</summary>
    ResumeTokenInvalid = 555,
    /// <summary>As many wait for outcomes as may, over all connections or on this one.</summary>
    TooManyOutcomeWaits = 560,

    /// <summary>The offset is not in the queue, or the time is later than now: a group cannot begin anew there.</summary>
    ResetTargetInvalid = 540,

    /// <summary>A range is not in the queue, or ends before it begins: it cannot be replayed.</summary>
    ReplayRangeInvalid = 541,

    /// <summary>The group has a replay that is not done.</summary>
    ReplayRunning = 542,

    /// <summary>The broker runs as many replays as it may.</summary>
    TooManyReplays = 543,

    /// <summary>The group has no replay that could be called off.</summary>
    NoReplay = 544,

    // 6xx: the broker and its store.
    /// <summary>The partition stopped after a failure of its store and takes nothing until it is started again.</summary>
    PartitionStopped = 601,
    /// <summary>The store did not confirm what was handed to it.</summary>
    StoreUnavailable = 602,
    /// <summary>The disk has only its reserve left; consuming, purging and deleting go on.</summary>
    DiskFull = 603,
    /// <summary>The broker is about to stop.</summary>
    ShuttingDown = 604,
    /// <summary>This broker does not own the partition or the slot of the key.</summary>
    NotOwner = 605,
    /// <summary>The broker takes no writes at present.</summary>
    ReadOnly = 606,
    /// <summary>The broker met a fault of its own.</summary>
    BrokerFault = 607,
    /// <summary>Another process has the data folder open.</summary>
    FolderInUse = 610,
    /// <summary>The data folder cannot be written to.</summary>
    FolderUnusable = 611,
    /// <summary>The data folder was written by a newer version.</summary>
    FormatTooNew = 612,
    /// <summary>Bytes of the log are not what was written, at the position that the text names.</summary>
    LogDamaged = 613,
    /// <summary>The data folder was written by a version that is too old for this one to read it.</summary>
    FormatTooOld = 614,
    /// <summary>An address to listen at is taken, is not of this host, or may not be used.</summary>
    AddressUnusable = 615,
    /// <summary>The certificate or key of the listeners cannot be used.</summary>
    CertificateUnusable = 616,
    /// <summary>A library of the operating system that the store needs is not installed.</summary>
    NativeLibraryMissing = 620,
    /// <summary>The database's version, settings or schema do not let the store keep its promises.</summary>
    DatabaseUnusable = 621,
    /// <summary>The database does not answer, or takes no writes.</summary>
    DatabaseUnreachable = 622,
    /// <summary>No server of the cluster's coordination answers.</summary>
    CoordinationUnreachable = 630,
    /// <summary>The session with the cluster's coordination is over, and with it all that was announced through it.</summary>
    CoordinationExpired = 631,
    /// <summary>A node of the cluster's coordination holds what this version cannot read, or would be too large.</summary>
    GroupRecordInvalid = 632,
    /// <summary>The cluster's coordination refused a request that it should have taken.</summary>
    CoordinationRefused = 633,
    /// <summary>The replication settings of a group's databases do not let it keep its promises.</summary>
    ReplicationUnusable = 640,
    /// <summary>A slave's database does not receive or does not apply what its master writes.</summary>
    ReplicationBroken = 641,
    /// <summary>What was committed is not known to be received by the slave.</summary>
    NotReceived = 642,
    /// <summary>A cluster has several partitions, and the request is for one of them.</summary>
    PartitionNeeded = 650,
    /// <summary>Partitions of a cluster did not answer, so their part of the result is missing.</summary>
    PartitionsUnanswered = 651,
    /// <summary>A broker was not made master by hand: the group's master may be there, or another broker has what this one lacks.</summary>
    PromotionRefused = 660,
    /// <summary>A partition has a record already: none is made for it.</summary>
    GroupRecordExists = 661,
    /// <summary>The broker that is to become master does not announce itself in the group, or does not answer.</summary>
    BrokerNotThere = 662,
    /// <summary>The group's record was set by somebody else meanwhile.</summary>
    GroupRecordChanged = 663,
    /// <summary>The copy of the master's database did not come to its end: the former master's is unusable until it is repeated.</summary>
    CopyFailed = 664,
    /// <summary>A database follows its master: it needs no repair.</summary>
    NothingToRepair = 665,
    /// <summary>The broker was started without a folder for backups.</summary>
    BackupOff = 670,
    /// <summary>A backup is being taken.</summary>
    BackupRunning = 671,
    /// <summary>A backup folder is of another data folder, or cannot be read or written.</summary>
    BackupFolderUnusable = 672,
    /// <summary>A backup did not come to its end.</summary>
    BackupFailed = 673,
    /// <summary>There is no such backup.</summary>
    BackupNotFound = 674,
    /// <summary>A file of a backup is not what was written.</summary>
    BackupDamaged = 675,
    /// <summary>The backups do not reach the point that is to be restored.</summary>
    RestorePointInvalid = 676,
    /// <summary>A folder that is to be restored into is not empty.</summary>
    RestoreFolderNotEmpty = 677,

    /// <summary>There is no setting with this name.</summary>
    SettingUnknown = 680,

    /// <summary>A setting cannot have this value, or not for this.</summary>
    SettingInvalid = 681,

    /// <summary>The setting is one of the start alone.</summary>
    SettingNotLive = 682,

    /// <summary>There are as many live settings as there may be.</summary>
    TooManySettings = 683,

    /// <summary>Nothing is published to the queue at present: it is switched off.</summary>
    PublishOff = 690,

    /// <summary>Nothing is handed out of the queue at present: it is switched off.</summary>
    ConsumeOff = 691,

    /// <summary>What the request needs is switched off at present.</summary>
    CapabilityOff = 692,

    /// <summary>The broker's memory is short: it takes no messages at present.</summary>
    MemoryShort = 693,

    // 7xx: found by the client itself.
    /// <summary>TLS could not be agreed on, or the broker's certificate is not trusted.</summary>
    TlsFailed = 710,
    /// <summary>The call's deadline passed before the request was sent.</summary>
    Timeout = 701,
    /// <summary>The request was sent and no answer came before the deadline: it may be done or not.</summary>
    OutcomeUnknown = 702,
    /// <summary>There is no connection to the broker.</summary>
    Disconnected = 703,
    /// <summary>The producer's buffer is full of messages without an answer.</summary>
    BufferFull = 704,
    /// <summary>The client, producer or consumer was closed.</summary>
    ClientClosed = 705,
    /// <summary>A message is no request: it does not say where its reply goes.</summary>
    NotARequest = 706,
    /// <summary>The responder could not do what a request asked for.</summary>
    RequestFailed = 707,
    /// <summary>A request was stored and no reply came before the deadline.</summary>
    NoReply = 708,

    /// <summary>The message is stored, less durably than its producer asks for.</summary>
    DurabilityNotReached = 709,

    // 8xx: HTTP.
    /// <summary>An HTTP request cannot be understood: its target, a header, a parameter or its body.</summary>
    RequestInvalid = 801,
    /// <summary>HTTP has nothing under this path.</summary>
    PathNotFound = 802,
    /// <summary>The path is known, but not with this HTTP method.</summary>
    MethodNotAllowed = 803,
    /// <summary>The body's content type is not the one that the path takes.</summary>
    ContentTypeUnsupported = 804,
    /// <summary>The body of an HTTP request is longer than it may be.</summary>
    BodyTooLarge = 805,
    /// <summary>An HTTP request came too slowly.</summary>
    RequestTooSlow = 806,
    /// <summary>A browser made the request for a page of another site, or under a name that is not this broker's.</summary>
    CrossSiteRefused = 807,

    /// <summary>The HTTP API is switched off at present.</summary>
    HttpApiOff = 808,

    // 9xx: users and rights.
    /// <summary>The broker has users, and the client says no name and no token.</summary>
    AuthenticationNeeded = 901,
    /// <summary>User and password, or the token, are not right.</summary>
    AuthenticationFailed = 902,
    /// <summary>Log-ins failed, and the next one is to wait.</summary>
    LogInDelayed = 903,
    /// <summary>More log-ins by password come at once than the broker checks.</summary>
    TooManyLogIns = 904,
    /// <summary>The user may not do this.</summary>
    RightMissing = 905,
    /// <summary>The user, its rights or its token were changed since the log-in.</summary>
    LogInEnded = 906,
    /// <summary>Other hosts reach the broker, and it has no users.</summary>
    UsersMissing = 907,
    /// <summary>There is no user of this name.</summary>
    UserNotFound = 910,
    /// <summary>There is a user of this name already.</summary>
    UserExists = 911,
    /// <summary>Nobody would be left who may make users.</summary>
    OperatorNeeded = 912,
    /// <summary>The user has no token of this id.</summary>
    TokenNotFound = 913,
    /// <summary>There are as many users, grants or tokens as there may be.</summary>
    TooManyUsers = 914,
    /// <summary>A name, password hash, grant or token is none.</summary>
    UserInvalid = 915,

    // 10xx: outbox and inbox, in a database of the program's own. No broker sends them.
    /// <summary>The tables of the outbox or the inbox are not there.</summary>
    OutboxSchemaMissing = 1001,
    /// <summary>The tables of the outbox or the inbox are of another version.</summary>
    OutboxSchemaDiffers = 1002,
    /// <summary>The database cannot do what the outbox needs.</summary>
    OutboxDatabaseUnsupported = 1003,
    /// <summary>Another relay has the outbox's lock.</summary>
    OutboxLockLost = 1004,
    /// <summary>Whether a row's message was stored cannot be told any more.</summary>
    OutboxInDoubt = 1005,
    /// <summary>There is no such row that was set aside.</summary>
    OutboxRowNotFound = 1006,
}
