using Forewave.Protocol.Routes;

namespace Forewave.Protocol;

/// <summary>A failure with a number: what every call of the SDK throws, but for cancellation and misuse.</summary>
public sealed class ForewaveException : Exception
{
    /// <param name="code">Its number.</param>
    /// <param name="detail">What happened in this case; null: the table's words. Never bodies or secrets.</param>
    /// <param name="inner">What caused it.</param>
    /// <param name="retryAfter">How long to wait before a repeat; null: the table's advice.</param>
    public ForewaveException(ErrorCode code, string? detail = null, Exception? inner = null, TimeSpan? retryAfter = null)
        : base(Compose(code, detail), inner)
    {
        Code = code;
        Detail = detail;
        RetryAfter = retryAfter ?? (ErrorTable.TryGet((uint)code, out var entry) ? entry.RetryAfter : null);
    }

    private ForewaveException(string message, ErrorCode code, string detail, TimeSpan? retryAfter)
        : base(message)
    {
        Code = code;
        Detail = detail;
        RetryAfter = retryAfter;
    }

    private ForewaveException(ForewaveException original)
        : base(original.Message, original.InnerException)
    {
        Code = original.Code;
        Detail = original.Detail;
        RetryAfter = original.RetryAfter;
        Routes = original.Routes;
        Unanswered = original.Unanswered;
    }

    /// <summary>The number. One that a newer broker sent may be missing from this version's <see cref="ErrorTable"/>.</summary>
    public ErrorCode Code { get; }

    /// <summary>What happened in this case, without number; from a broker with its advice. Null: the table's words.</summary>
    public string? Detail { get; }

    /// <summary>How long to wait before a repeat; null where there is no advice.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>Of <c>PartitionsUnanswered</c>: which partitions did not answer; else none.</summary>
    public IReadOnlyList<PartitionNumber> Unanswered { get; init; } = [];

    /// <summary>What the broker that refused said of where partitions are served; null: nothing.</summary>
    internal RouteTable? Routes { get; init; }

    /// <summary>Whether what was to be stored may be; unknown for a number that this version does not know.</summary>
    public StoredOutcome Stored => ErrorTable.TryGet((uint)Code, out var entry) ? entry.Stored : StoredOutcome.Unknown;

    /// <summary>Whether a repeat may succeed; never for a number that this version does not know.</summary>
    public RetryAdvice Retry => ErrorTable.TryGet((uint)Code, out var entry) ? entry.Retry : RetryAdvice.Never;

    /// <summary>A broker's error in the broker's words, which hold the advice already.</summary>
    internal static ForewaveException FromBroker(ErrorCode code, string text, TimeSpan? retryAfter, RouteTable? routes = null)
    {
        string name = ErrorTable.TryGet((uint)code, out var entry) ? entry.Name + ", " : "";
        return new ForewaveException($"{text} ({name}error {(uint)code})", code, text, retryAfter ?? entry?.RetryAfter) { Routes = routes };
    }

    /// <summary>
    /// The same, for one waiter of many. Each await lengthens the stack trace of what it throws and keeps it: one exception for
    /// all takes memory by the square of their number, gigabytes for ten thousand.
    /// </summary>
    internal ForewaveException ForOneMore() => new(this);

    private static string Compose(ErrorCode code, string? detail)
    {
        if (!ErrorTable.TryGet((uint)code, out var entry))
            return $"{detail ?? "a failure that this version does not know"} (error {(uint)code})";
        return $"{detail ?? entry.Happened} ({entry.Name}, error {(uint)code}): {entry.Advice}";
    }
}
