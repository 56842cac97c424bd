namespace Forewave.Protocol;

/// <summary>
/// The bounds that hold everywhere, on the wire, over HTTP and in the SDK, and the defaults of those that a broker may set
/// otherwise. A limit refuses with a numbered error, it never drops. docs/limits.md lists them; a test compares the two.
/// </summary>
public static class Limits
{
    /// <summary>The version of the wire protocol that this code speaks.</summary>
    public const int ProtocolVersion = 1;

    /// <summary>The port for frames unless told otherwise.</summary>
    public const int DefaultPort = 7600;

    /// <summary>The port for HTTP unless told otherwise.</summary>
    public const int DefaultHttpPort = 7601;

    /// <summary>Hash slots of a queue: ordering keys and deduplication ids fall into them, and each belongs to a partition.</summary>
    public const int Slots = 1_024;

    /// <summary>The highest number that a partition of a cluster may have; the lowest is 0.</summary>
    public const int MaxPartition = Slots - 1;

    /// <summary>Bytes of one encoded message: 4 MiB.</summary>
    public const int MessageBytes = 4 * 1024 * 1024;

    /// <summary>Bytes of one frame after its length: 8 MiB.</summary>
    public const int FrameBytes = 8 * 1024 * 1024;

    /// <summary>Bytes of a frame before the hello was answered: 4 KiB.</summary>
    public const int HelloFrameBytes = 4 * 1024;

    /// <summary>Bytes that frames over 16 KiB of all connections may take while they come in, by default: 256 MiB.</summary>
    public const int FrameMemoryBytes = 256 * 1024 * 1024;

    /// <summary>Messages in one frame, published or delivered.</summary>
    public const int MessagesPerFrame = 10_000;

    /// <summary>Batches in one Publish frame, and runs in one Settle frame.</summary>
    public const int BatchesPerFrame = 10_000;

    /// <summary>Messages that the runs of one Settle frame name together, and the ranges that one Subscribe frame lists as held.</summary>
    public const int SettledPerFrame = 1_000_000;

    /// <summary>Keys of one message.</summary>
    public const int Keys = 8;

    /// <summary>Bytes of a key, an ordering key, a deduplication id.</summary>
    public const int KeyBytes = 255;

    /// <summary>Bytes of a tag.</summary>
    public const int TagBytes = 255;

    /// <summary>Headers of one message.</summary>
    public const int Headers = 128;

    /// <summary>Bytes of all header names and values of one message: 16 KiB.</summary>
    public const int HeadersBytes = 16 * 1024;

    /// <summary>The highest priority; the lowest is 0.</summary>
    public const int MaxPriority = 9;

    /// <summary>The priority of a message that names none.</summary>
    public const int DefaultPriority = 4;

    /// <summary>Bytes of the name of a queue, group, producer or consumer.</summary>
    public const int NameBytes = 64;

    /// <summary>How many characters of a queue's name may be '.' or '-'.</summary>
    public const int QueueNameSeparators = 32;

    /// <summary>Tags in one filter.</summary>
    public const int FilterTags = 64;

    /// <summary>Bytes of the reason given with a nack or reject.</summary>
    public const int ReasonBytes = 255;

    /// <summary>Unanswered requests on one connection; the broker stops reading it beyond that.</summary>
    public const int RequestsInFlight = 1_024;

    /// <summary>Handles (queues, producers, subscriptions) of one connection.</summary>
    public const int HandlesPerConnection = 65_536;

    /// <summary>Connections of one broker, by default; it is also bounded by the limit of open files less 1,000.</summary>
    public const int DefaultConnections = MaxConnections;

    /// <summary>Connections of one broker, at most.</summary>
    public const int MaxConnections = 50_000;

    /// <summary>Queues of one broker on the embedded store, by default.</summary>
    public const int DefaultQueues = 100_000;

    /// <summary>Groups of one queue.</summary>
    public const int GroupsPerQueue = 1_000;

    /// <summary>Ordering keys that one group may have parked.</summary>
    public const int ParkedKeysPerGroup = 10_000;

    /// <summary>Dead letters of a group; beyond it the group gets no first deliveries until some are redriven or purged.</summary>
    public const int DeadLettersPerGroup = 1_000_000;

    /// <summary>Groups that have metrics of their own, by default.</summary>
    public const int GroupMetrics = 1_000;

    /// <summary>Queues that have metrics of their own; the others are counted together. Default.</summary>
    public const int QueueMetrics = 1_000;

    /// <summary>Replays that one delivery loop runs at once.</summary>
    public const int ReplaysPerLoop = 16;

    /// <summary>Bytes that all replays of a broker read in a second: 32 MiB.</summary>
    public const int ReplayReadBytes = 32 * 1024 * 1024;

    /// <summary>Operations on the dead letters of a group that go on at once.</summary>
    public const int DeadOperationsPerGroup = 16;

    /// <summary>How long is told who did what to dead letters.</summary>
    public static TimeSpan DeadTrailRetention { get; } = TimeSpan.FromDays(90);

    /// <summary>How long a purge of dead letters can be undone, by default.</summary>
    public static TimeSpan DeadUndoWindow { get; } = TimeSpan.FromHours(1);

    /// <summary>Bytes of a filter of dead letters.</summary>
    public const int DeadFilterBytes = 1_024;

    /// <summary>Bytes of the reason of an operation on dead letters.</summary>
    public const int DeadReasonBytes = 255;

    /// <summary>Messages of one group that are handed out, waiting, held or parked, and not settled.</summary>
    public const int UnsettledPerGroup = 1_000_000;

    /// <summary>Bytes of memory that what one group has not settled may take: 64 MiB.</summary>
    public const int GroupMemoryBytes = 64 * 1024 * 1024;

    /// <summary>Bytes of memory that what all groups have not settled may take, by default: 512 MiB.</summary>
    public const int CursorMemoryBytes = 512 * 1024 * 1024;

    /// <summary>Producer ids that a partition remembers.</summary>
    public const int ProducerIds = 100_000;

    /// <summary>Sequences that a partition remembers of one producer id.</summary>
    public const int SequenceWindow = 65_536;

    /// <summary>Deduplication ids that a partition holds in 64 MiB of memory.</summary>
    public const int DeduplicationIds = 83_886_080;

    /// <summary>Messages of one Receive.</summary>
    public const int ReceiveMessages = 10_000;

    /// <summary>Bytes of a Receive that names none: 1 MiB.</summary>
    public const int DefaultReceiveBytes = 1024 * 1024;

    /// <summary>Attempts before a message is a dead letter, by default.</summary>
    public const int DefaultMaxAttempts = 16;

    /// <summary>How soon after connecting the hello must be there.</summary>
    public static TimeSpan HelloTimeout { get; } = TimeSpan.FromSeconds(10);

    /// <summary>Each side sends something at least this often.</summary>
    public static TimeSpan Heartbeat { get; } = TimeSpan.FromSeconds(10);

    /// <summary>A side that sent nothing for so long is dead.</summary>
    public static TimeSpan DeadAfter { get; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a broker that serves no partition may wait with its refusal.</summary>
    public static TimeSpan MaxRefusalWait { get; } = TimeSpan.FromSeconds(4);

    /// <summary>How long a Receive may wait for a message.</summary>
    public static TimeSpan MaxReceiveWait { get; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a lease lasts, by default.</summary>
    public static TimeSpan DefaultVisibilityTimeout { get; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a lease may last.</summary>
    public static TimeSpan MaxVisibilityTimeout { get; } = TimeSpan.FromHours(12);

    /// <summary>How far in the future a message may be delivered: 10 years of 365 days.</summary>
    public static TimeSpan MaxDelay { get; } = TimeSpan.FromDays(3_650);

    /// <summary>Recurring messages of one broker.</summary>
    public const int RecurringMessages = 1_000;

    /// <summary>Bytes of the encoded message of a recurring message: 64 KiB.</summary>
    public const int RecurringMessageBytes = 64 * 1024;

    /// <summary>Scheduled messages that one command cancels or reschedules.</summary>
    public const int ScheduledPerCommand = 10_000;

    /// <summary>Transactions of one partition that are open at once.</summary>
    public const int OpenTransactions = 100_000;

    /// <summary>Messages of all open transactions of one partition.</summary>
    public const int PreparedMessages = 1_000_000;

    /// <summary>Deduplication ids that the messages of all open transactions of one partition have.</summary>
    public const int HeldDeduplicationIds = 250_000;

    /// <summary>Messages of one transaction.</summary>
    public const int TransactionMessages = 10_000;

    /// <summary>Bytes of the encoded messages of one transaction: 6 MiB.</summary>
    public const int TransactionBytes = 6 * 1024 * 1024;

    /// <summary>Ended transactions of one partition whose end is remembered however long ago it was.</summary>
    public const int FinishedTransactions = 65_536;

    /// <summary>Ended transactions of one partition whose end is remembered at most.</summary>
    public const int MostFinishedTransactions = 1_000_000;

    /// <summary>How long the end of a transaction is remembered at least, while there are not too many.</summary>
    public static TimeSpan FinishedLife { get; } = TimeSpan.FromMinutes(2);

    /// <summary>Questions about one transaction, by default.</summary>
    public const int DefaultChecks = 15;

    /// <summary>Questions about one transaction at most.</summary>
    public const int MaxChecks = 1_000;

    /// <summary>How long after the last that was heard of a transaction its producers are asked, by default.</summary>
    public static TimeSpan DefaultFirstCheck { get; } = TimeSpan.FromSeconds(6);

    /// <summary>How soon, or how soon after the question before, a producer may be asked.</summary>
    public static TimeSpan MinCheckInterval { get; } = TimeSpan.FromSeconds(1);

    /// <summary>How late producers may be asked first.</summary>
    public static TimeSpan MaxFirstCheck { get; } = TimeSpan.FromHours(1);

    /// <summary>How long after a question the next one comes, by default.</summary>
    public static TimeSpan DefaultCheckInterval { get; } = TimeSpan.FromSeconds(30);

    /// <summary>How long after a question the next one may come.</summary>
    public static TimeSpan MaxCheckInterval { get; } = TimeSpan.FromDays(1);

    /// <summary>Waits for outcomes of messages at once, over all connections, by default.</summary>
    public const int OutcomeWaits = 10_000;

    /// <summary>Waits for outcomes of messages at once on one connection.</summary>
    public const int OutcomeWaitsPerConnection = 512;

    /// <summary>How long one request may wait for the outcome of a message.</summary>
    public static TimeSpan MaxOutcomeWait { get; } = TimeSpan.FromSeconds(60);

    /// <summary>The shortest time after which an unused queue may be deleted by itself.</summary>
    public static TimeSpan MinIdleTime { get; } = TimeSpan.FromSeconds(1);

    /// <summary>Messages of one page of a search.</summary>
    public const int SearchPageMessages = 1_000;

    /// <summary>Headers that one search may ask for.</summary>
    public const int SearchHeaders = 16;

    /// <summary>Searches that one broker runs at once.</summary>
    public const int Searches = 64;

    /// <summary>Of these, those that read messages one after the other.</summary>
    public const int Scans = 4;

    /// <summary>Look-ups of keys that may find nothing, in a second and for long.</summary>
    public const int MissesPerSecond = 1_000;

    /// <summary>Look-ups of keys that may find nothing, at once after a while without.</summary>
    public const int MissesAtOnce = 10_000;

    /// <summary>Bytes of memory of the key index's filters and fences, by default: 32 MiB.</summary>
    public const int KeyIndexMemoryBytes = 32 * 1024 * 1024;

    /// <summary>How long messages are kept, by default.</summary>
    public static TimeSpan DefaultRetention { get; } = TimeSpan.FromDays(30);

    /// <summary>How long a dead letter is kept after its death.</summary>
    public static TimeSpan DeadLetterRetention { get; } = TimeSpan.FromDays(30);

    /// <summary>How long a queue knows a deduplication id, by default.</summary>
    public static TimeSpan DefaultDeduplicationWindow { get; } = TimeSpan.FromMinutes(10);

    /// <summary>The shortest time that a queue may know deduplication ids.</summary>
    public static TimeSpan MinDeduplicationWindow { get; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest time that a queue may know deduplication ids.</summary>
    public static TimeSpan MaxDeduplicationWindow { get; } = TimeSpan.FromDays(7);

    /// <summary>How long a producer id that sends nothing is remembered.</summary>
    public static TimeSpan ProducerIdle { get; } = TimeSpan.FromDays(7);

    /// <summary>Messages of one receive over HTTP.</summary>
    public const int HttpReceiveMessages = 1_000;

    /// <summary>Requests over HTTP that follow a queue, at once.</summary>
    public const int HttpFollowers = 64;

    /// <summary>Connections to the HTTP port, by default.</summary>
    public const int HttpConnections = 10_000;

    /// <summary>Bytes of HTTP bodies over 64 KiB of all connections while they come in, by default: 128 MiB.</summary>
    public const int HttpBodyMemoryBytes = 128 * 1024 * 1024;

    /// <summary>Bytes of the first line of an HTTP request.</summary>
    public const int HttpLineBytes = 4 * 1024;

    /// <summary>Bytes of all headers of an HTTP request.</summary>
    public const int HttpHeadersBytes = 32 * 1024;

    /// <summary>Bytes of an HTTP connection that are read before anybody asks for them: 64 KiB.</summary>
    public const int HttpReadAheadBytes = 64 * 1024;

    /// <summary>Headers of an HTTP request.</summary>
    public const int HttpHeaders = 200;

    /// <summary>Bytes that an HTTP body must bring, and an answer must be read with, in a second.</summary>
    public const int HttpBytesPerSecond = 240;

    /// <summary>How long a body or an answer may be slower than that.</summary>
    public static TimeSpan HttpRateGrace { get; } = TimeSpan.FromSeconds(5);

    /// <summary>How soon the head of an HTTP request must be there.</summary>
    public static TimeSpan HttpHeadTimeout { get; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an HTTP connection may be idle between requests.</summary>
    public static TimeSpan HttpIdleTimeout { get; } = TimeSpan.FromSeconds(75);

    /// <summary>Bytes that a backup reads in a second, unless told.</summary>
    public const int BackupReadBytes = 32 * 1024 * 1024;

    /// <summary>The least that it may be told.</summary>
    public const int LeastBackupReadBytes = 64 * 1024;

    /// <summary>Connections of both ports that may be agreeing on TLS at once; more are closed.</summary>
    public const int Handshakes = 1_000;

    /// <summary>Users of a broker.</summary>
    public const int Users = 1_000;

    /// <summary>Grants of one user.</summary>
    public const int GrantsPerUser = 32;

    /// <summary>Tokens of one user.</summary>
    public const int TokensPerUser = 16;

    /// <summary>The greatest quota: messages, bytes or connections.</summary>
    public const int MaxQuota = 1_000_000_000;

    /// <summary>The least memory of a broker's process from which on no messages are taken, where it is set: a broker has more when it begins.</summary>
    public const int LeastShedMemoryBytes = 32 * 1024 * 1024;

    /// <summary>The longest grace of a drain, or of a stop.</summary>
    public static TimeSpan MaxStopGrace { get; } = TimeSpan.FromHours(1);

    /// <summary>Live settings of a broker, those of single queues and users among them.</summary>
    public const int Settings = 1_000;

    /// <summary>Bytes of the value of a live setting.</summary>
    public const int SettingBytes = 255;

    /// <summary>Changes of live settings that are kept: the newest.</summary>
    public const int SettingChanges = 1_000;

    /// <summary>The fewest characters of a password that is set.</summary>
    public const int MinPasswordLength = 10;

    /// <summary>Bytes of a password or token: 1 KiB.</summary>
    public const int SecretBytes = 1_024;

    /// <summary>Rounds of PBKDF2 of a password that is set with the SDK.</summary>
    public const int PasswordIterations = 600_000;

    /// <summary>The fewest rounds of PBKDF2 that a broker takes.</summary>
    public const int MinPasswordIterations = 100_000;

    /// <summary>The most rounds of PBKDF2 that a broker takes.</summary>
    public const int MaxPasswordIterations = 10_000_000;

    /// <summary>Log-ins by password that may wait for their turn.</summary>
    public const int WaitingLogIns = 64;

    /// <summary>Of these, those of one address.</summary>
    public const int HostLogIns = 8;

    /// <summary>The most rounds of PBKDF2 of a password that a user sets for itself.</summary>
    public const int MaxOwnPasswordIterations = 1_200_000;

    /// <summary>Passwords that were found right and are remembered, by a keyed hash in memory.</summary>
    public const int RememberedPasswords = 1_024;

    /// <summary>Users and addresses whose failed log-ins are remembered.</summary>
    public const int RememberedFailures = 4_096;

    /// <summary>Failed log-ins of a user from an address before they are delayed.</summary>
    public const int FreeLogInFailures = 3;

    /// <summary>Failed log-ins from an address, whatever the user, before they are delayed.</summary>
    public const int FreeAddressFailures = 30;

    /// <summary>How often a connection's user is looked at, and how long it may finish what is under way when it has changed.</summary>
    public static TimeSpan AccessReview { get; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest delay after failed log-ins.</summary>
    public static TimeSpan MaxLogInDelay { get; } = TimeSpan.FromSeconds(30);

    /// <summary>After so long without a failed log-in those before are forgotten.</summary>
    public static TimeSpan LogInFailuresForgotten { get; } = TimeSpan.FromMinutes(10);
}
