namespace Forewave.Protocol.Errors;

/// <summary>Errors 5xx: queues, groups and dead letters.</summary>
internal static class AdministrationErrors
{
    public static ErrorEntry[] Rows { get; } =
    [
        new()
        {
            Code = ErrorCode.QueueNotFound, HttpStatus = 404,
            Happened = "There is no queue of this name.",
            Advice = "Create it, or let the first publish or subscribe do so.",
        },
        new()
        {
            Code = ErrorCode.QueueCreationOff, HttpStatus = 403,
            Happened = "There is no queue of this name, and making queues on first use is switched off.",
            Advice = "Create it by command.",
        },
        new()
        {
            Code = ErrorCode.TooManyQueues, HttpStatus = 429,
            Happened = "The broker has as many queues as it may.",
            Advice = "Delete queues, or raise the limit.",
        },
        new()
        {
            Code = ErrorCode.QueueExists, HttpStatus = 409,
            Happened = "There is a queue of this name already.",
            Advice = "Use it, or choose another name.",
        },
        new()
        {
            Code = ErrorCode.SystemQueue, HttpStatus = 403,
            Happened = "Queues whose names begin with '$' belong to the system.",
            Advice = "Choose another name.",
        },
        new()
        {
            Code = ErrorCode.GroupNotFound, HttpStatus = 404,
            Happened = "The queue has no group of this name.",
            Advice = "Create it, or let the first subscribe do so.",
        },
        new()
        {
            Code = ErrorCode.TooManyGroups, HttpStatus = 429,
            Happened = "The queue has as many groups as it may.",
            Advice = "Delete groups that nobody uses.",
        },
        new()
        {
            Code = ErrorCode.GroupHasConsumers, HttpStatus = 409, Retry = RetryAdvice.Same,
            Happened = "The group has consumers, and this is only done without.",
            Advice = "Stop its consumers first.",
        },
        new()
        {
            Code = ErrorCode.DeadLetterNotFound, HttpStatus = 404,
            Happened = "There is no dead letter at this place.",
            Advice = "List them again: it may have been redriven, purged or have passed its retention.",
        },
        new()
        {
            Code = ErrorCode.MessageNotFound, HttpStatus = 404,
            Happened = "There is no message with this id or offset.",
            Advice = "Check the id; the message may have passed its retention.",
        },
        new()
        {
            Code = ErrorCode.NotScheduled, HttpStatus = 409,
            Happened = "The message is not scheduled: it came out already, was cancelled, or never had a delay.",
            Advice = "Nothing can be cancelled any more: let the consumers sort it out.",
        },
        new()
        {
            Code = ErrorCode.RecurringNotFound, HttpStatus = 404,
            Happened = "The queue has no recurring message of this name.",
            Advice = "List them.",
        },
        new()
        {
            Code = ErrorCode.CronInvalid, HttpStatus = 400,
            Happened = "The times of a recurring message are no cron expression, or it never comes true.",
            Advice = "Give five or six fields as in docs/guides/delayed-messages.md.",
        },
        new()
        {
            Code = ErrorCode.TimeZoneUnknown, HttpStatus = 400,
            Happened = "The broker does not know the time zone.",
            Advice = "Give an IANA name such as Europe/Berlin, and install the time zone database on the broker's host.",
        },
        new()
        {
            Code = ErrorCode.TooManyRecurring, HttpStatus = 429,
            Happened = "The broker has as many recurring messages as it may.",
            Advice = "Delete those that nobody needs.",
        },
        new()
        {
            Code = ErrorCode.KeyNotParked, HttpStatus = 404,
            Happened = "The group has not parked this ordering key.",
            Advice = "Look at the group for the keys that it has parked.",
        },
        new ErrorEntry
        {
            Code = ErrorCode.DeadFilterInvalid, HttpStatus = 400,
            Happened = "A filter of dead letters cannot be read.",
            Advice = "Give terms such as reason~timeout died>=2026-12-24T18:00:00Z header.country=DE, see docs/guides/dead-letters.md.",
        },
        new()
        {
            Code = ErrorCode.DeadOperationNotFound, HttpStatus = 404,
            Happened = "No operation of this number on the group's dead letters goes on, or is known.",
            Advice = "List the operations of the queue: forewave dead operations QUEUE.",
        },
        new()
        {
            Code = ErrorCode.TooManyDeadOperations, HttpStatus = 429,
            Happened = "As many operations on the group's dead letters go on as may.",
            Advice = "Wait for one of them to end, or cancel one.",
        },
        new()
        {
            Code = ErrorCode.NothingToUndo, HttpStatus = 409,
            Happened = "Nothing of the operation can be taken back: what it redrove was handed out, or what it purged is gone.",
            Advice = "Look at what became of its messages: forewave dead operation QUEUE NUMBER.",
        },
        new()
        {
            Code = ErrorCode.ResetTargetInvalid, HttpStatus = 400,
            Happened = "The offset is not in the queue, or the time is later than now: a group cannot begin anew there.",
            Advice = "Show the queue for its offsets, or give earliest or latest.",
        },
        new()
        {
            Code = ErrorCode.ReplayRangeInvalid, HttpStatus = 400,
            Happened = "The range is not in the queue, is later than now, or ends before it begins: it cannot be replayed.",
            Advice = "Show the queue for its offsets, or give earliest and latest.",
        },
        new()
        {
            Code = ErrorCode.ReplayRunning, HttpStatus = 409, Retry = RetryAdvice.Same,
            Happened = "The group has a replay that is not done.",
            Advice = "Wait for it (the group shows how far it is), or cancel it.",
        },
        new()
        {
            Code = ErrorCode.TooManyReplays, HttpStatus = 429, Retry = RetryAdvice.Same, RetryAfter = TimeSpan.FromSeconds(10),
            Happened = "As many replays run as may.",
            Advice = "Wait for some, or cancel one.",
        },
        new()
        {
            Code = ErrorCode.NoReplay, HttpStatus = 404,
            Happened = "The group has no replay that runs.",
            Advice = "Nothing is to be cancelled: it is done, or never began.",
        },
        new()
        {
            Code = ErrorCode.MessageIdInvalid, HttpStatus = 400,
            Happened = "A text is no message id.",
            Advice = "Give the id as the receipt has it: the partition, a dash, and 16 hex digits.",
        },
        new()
        {
            Code = ErrorCode.TooManyOutcomeWaits, HttpStatus = 429, Retry = RetryAdvice.Same, RetryAfter = TimeSpan.FromSeconds(1),
            Happened = "As many wait for outcomes of messages as may, over all connections or on this one.",
            Advice = "Wait for fewer at once, or raise maxOutcomeWaits.",
        },
        new()
        {
            Code = ErrorCode.SearchFilterInvalid, HttpStatus = 400,
            Happened = "What is looked for cannot be understood: a key, tag filter or header.",
            Advice = "Give a key of at most 255 bytes, a tag filter such as a,b and headers with names.",
        },
        new()
        {
            Code = ErrorCode.SearchRangeInvalid, HttpStatus = 400,
            Happened = "A range of times or offsets of a search ends before it begins, or is none.",
            Advice = "Give a beginning that is before the end.",
        },
        new()
        {
            Code = ErrorCode.TooManySearches, HttpStatus = 429,
            Happened = "As many searches run as may.",
            Advice = "Try again when one has ended; look for keys rather than headers.",
            Retry = RetryAdvice.Same, RetryAfter = TimeSpan.FromSeconds(1),
        },
        new()
        {
            Code = ErrorCode.TooManyMisses, HttpStatus = 429,
            Happened = "Too many look-ups have found nothing of late.",
            Advice = "Ask less often for what is not there.",
            Retry = RetryAdvice.Same, RetryAfter = TimeSpan.FromSeconds(1),
        },
        new()
        {
            Code = ErrorCode.ResumeTokenInvalid, HttpStatus = 400,
            Happened = "A resume token is none, or that of a search for something else.",
            Advice = "Give the token of the last page together with the same queue, filter and range.",
        },
    ];
}
