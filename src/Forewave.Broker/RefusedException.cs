using Forewave.Protocol;

namespace Forewave.Broker;

/// <summary>A request is refused with a numbered error; nothing was changed. Never on the hot path.</summary>
internal sealed class RefusedException : Exception
{
    /// <summary>Refuses.</summary>
    /// <param name="code">The error's number.</param>
    /// <param name="detail">What happened in this case; null: the error table's text.</param>
    public RefusedException(ErrorCode code, string? detail = null)
        : base(detail ?? ErrorTable.Entry(code).Happened)
    {
        Code = code;
        Detail = detail;
    }

    public ErrorCode Code { get; }

    public string? Detail { get; }

    /// <summary>How long to wait before a repeat; null: what the error's table says.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
