namespace Forewave.Protocol.Errors;

/// <summary>Errors 9xx: users and rights.</summary>
internal static class AccessErrors
{
    public static ErrorEntry[] Rows { get; } =
    [
        new()
        {
            Code = ErrorCode.AuthenticationNeeded, HttpStatus = 401, ClosesConnection = true,
            Happened = "The broker has users, and the client did not say who it is.",
            Advice = "Give a user and its password, or a token: FOREWAVE_USER and FOREWAVE_PASSWORD_FILE, or FOREWAVE_TOKEN_FILE; docs/guides/security.md.",
        },
        new()
        {
            Code = ErrorCode.AuthenticationFailed, HttpStatus = 401, ClosesConnection = true,
            Happened = "The user and password are not right, or the token is not, was revoked or has expired.",
            Advice = "Check where the client has them from; an operator sets a new password or makes a new token.",
        },
        new()
        {
            Code = ErrorCode.LogInDelayed, HttpStatus = 429, ClosesConnection = true,
            Retry = RetryAdvice.Same, RetryAfter = TimeSpan.FromMilliseconds(1_000),
            Happened = "Log-ins from this address failed, and the next one has to wait.",
            Advice = "Wait as long as the error says; services log in with a token, which is never delayed.",
        },
        new()
        {
            Code = ErrorCode.TooManyLogIns, HttpStatus = 503, ClosesConnection = true,
            Retry = RetryAdvice.Same, RetryAfter = TimeSpan.FromMilliseconds(1_000),
            Happened = "More log-ins by password came at once than the broker checks.",
            Advice = "Try again; services log in with a token, which costs next to nothing to check.",
        },
        new()
        {
            Code = ErrorCode.RightMissing, HttpStatus = 403,
            Happened = "The user may not do this.",
            Advice = "An operator grants the right: forewave user grant USER RIGHT:QUEUES.",
        },
        new()
        {
            Code = ErrorCode.LogInEnded, HttpStatus = 401, ClosesConnection = true,
            Retry = RetryAdvice.Same, RetryAfter = TimeSpan.FromMilliseconds(100),
            Happened = "The user, its password, its rights or its token were changed since the client logged in.",
            Advice = "Connect again; the SDK does.",
        },
        new()
        {
            Code = ErrorCode.UsersMissing, HttpStatus = 403, ClosesConnection = true,
            Happened = "Other hosts reach the broker, and it has no users to tell who may.",
            Advice = "Make one on the broker's host (forewave user add NAME --operator), or allow everybody everything with --insecure.",
        },
        new()
        {
            Code = ErrorCode.UserNotFound, HttpStatus = 404,
            Happened = "There is no user of this name.",
            Advice = "List them: forewave user list.",
        },
        new()
        {
            Code = ErrorCode.UserExists, HttpStatus = 409,
            Happened = "There is a user of this name already.",
            Advice = "Choose another name, or set its password and grants.",
        },
        new()
        {
            Code = ErrorCode.OperatorNeeded, HttpStatus = 409,
            Happened = "Nobody would be left who may make users.",
            Advice = "Make another user with the right to operate first; the very last user of all can be removed.",
        },
        new()
        {
            Code = ErrorCode.TokenNotFound, HttpStatus = 404,
            Happened = "The user has no token of this id.",
            Advice = "Show the user for its tokens: forewave user show USER.",
        },
        new()
        {
            Code = ErrorCode.TooManyUsers, HttpStatus = 429,
            Happened = "There are as many users as there may be, or a user has as many grants or tokens as it may.",
            Advice = "Remove those that nobody needs; grant queues by the beginning of their names.",
        },
        new()
        {
            Code = ErrorCode.UserInvalid, HttpStatus = 400,
            Happened = "A user's name, password, grant or token is none.",
            Advice = "Correct what the text names; docs/limits.md has the rules.",
        },
    ];
}
