using System.Diagnostics.CodeAnalysis;
using Forewave.Protocol;

namespace Forewave.Broker.Users;

/// <summary>Whether somebody was let in.</summary>
public readonly record struct LogInResult
{
    private LogInResult(Access? access, ErrorCode error, string? text) => (Access, Error, Text) = (access, error, text);

    /// <summary>What it may do; null: it was not let in.</summary>
    public Access? Access { get; }

    /// <summary>Why not.</summary>
    public ErrorCode Error { get; }

    /// <summary>Why not, in words; null: the error table's.</summary>
    public string? Text { get; }

    /// <summary>The user whose name was given, where there is one.</summary>
    internal UserEntry? User { get; init; }

    /// <summary>How long to wait before the next try; null: the error table's.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>It was let in.</summary>
    [MemberNotNullWhen(true, nameof(Access))]
    public bool IsLetIn => Access is not null;

    internal static LogInResult LetIn(Access access) => new(access, ErrorCode.None, null);

    internal static LogInResult Refused(ErrorCode error, string? text = null) => new(null, error, text);
}
