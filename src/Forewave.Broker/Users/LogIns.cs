using System.Security.Cryptography;
using Forewave.Protocol;
using Forewave.Protocol.Access;

namespace Forewave.Broker.Users;

/// <summary>
/// The one place where it is decided who is let in, over the wire and over HTTP. A name that nobody has costs what a wrong password does,
/// and is answered alike. Thread-safe; never throws but for a cancelled wait.
/// </summary>
internal sealed class LogIns : IDisposable
{
    private static readonly byte[] NoHash = new byte[AccessToken.HashBytes];
    private readonly UserDirectory _users;
    private readonly BrokerOptions _options;
    private readonly TimeProvider _time;
    private readonly AccessMetrics _metrics;
    private readonly FailedLogIns _failed;
    private readonly PasswordMemory _right = new();
    private readonly PasswordChecks _checks;
    private readonly PasswordHash _nobody = PasswordHash.OfNobody(Limits.PasswordIterations);

    public LogIns(UserDirectory users, BrokerOptions options, TimeProvider time, AccessMetrics metrics)
    {
        (_users, _options, _time, _metrics) = (users, options, time, metrics);
        _failed = new FailedLogIns(time);
        _checks = new PasswordChecks(_failed.Failed);
    }

    /// <summary>Lets somebody in, or says why not. Completes at once but where a password has to be checked.</summary>
    public ValueTask<LogInResult> LogInAsync(LogInRequest request, CancellationToken cancellation)
    {
        var table = _users.Table;
        if (request.IsEmpty || !_users.IsOn)
            return ValueTask.FromResult(WithoutUser(request, table));
        if (request.Secret.Length > Limits.SecretBytes)
            return ValueTask.FromResult(Failed(ErrorCode.AuthenticationFailed));
        return AccessToken.IsToken(request.Secret.Span)
            ? ValueTask.FromResult(ByToken(request, table))
            : ByPasswordAsync(request, table, cancellation);
    }

    /// <summary>Why somebody who was let in is to leave: something has changed since; none: it may stay.</summary>
    public ErrorCode Review(Access access)
    {
        var table = _users.Table;
        if (access.Token is { } token && token.IsOver(_time.GetUtcNow().ToUnixTimeMilliseconds()))
            return ErrorCode.LogInEnded;
        if (access.Version == table.Version)
            return ErrorCode.None;
        if (access.User is not { } user)
            return _users.IsOn ? ErrorCode.AuthenticationNeeded : ErrorCode.None;
        return table.Find(user.Name) is { } now && now.Grants.SequenceEqual(user.Grants)
            && (access.Token is null ? ReferenceEquals(now.Password, user.Password) : now.Tokens.Contains(access.Token))
            ? ErrorCode.None : ErrorCode.LogInEnded;
    }

    /// <inheritdoc/>
    public void Dispose() => _checks.Dispose();

    private LogInResult WithoutUser(in LogInRequest request, UserTable table)
    {
        if (request.IsInProcess && request.IsEmpty)
            return LogInResult.LetIn(Access.OfEverybody(table.Version));
        if (_users.IsOn)
            return Failed(ErrorCode.AuthenticationNeeded);
        // A name and a secret say nothing where nobody is asked: so clients can have theirs before the first user is made.
        return request.IsRemote && !_options.Insecure
            ? Failed(ErrorCode.UsersMissing)
            : LogInResult.LetIn(Access.OfEverybody(table.Version));
    }

    private LogInResult ByToken(in LogInRequest request, UserTable table)
    {
        var secret = request.Secret.Span;
        string? id = AccessToken.IdOf(secret);
        var user = id is null ? null : table.FindToken(id);
        var token = user?.Tokens.First(one => one.Id == id);
        bool isRight = CryptographicOperations.FixedTimeEquals(AccessToken.HashOf(secret), token?.Hash ?? NoHash);
        if (!isRight || user is null || token!.IsOver(_time.GetUtcNow().ToUnixTimeMilliseconds())
            || request.User.Length > 0 && request.User != user.Name.Value)
        {
            return Failed(ErrorCode.AuthenticationFailed);
        }
        _metrics.LetIn(byToken: true);
        return LogInResult.LetIn(Access.Of(user, token, table.Version));
    }

    private async ValueTask<LogInResult> ByPasswordAsync(LogInRequest request, UserTable table, CancellationToken cancellation)
    {
        bool isName = UserName.TryParse(request.User, out var name);
        var user = isName ? table.Find(name) : null;
        // By the name that was given, whether anybody has it or not: nothing tells the one from the other.
        LogInPlace place = new() { Host = request.Host, User = isName ? name.Value : "" };
        var delay = _failed.DelayOf(place);
        if (delay > TimeSpan.Zero)
        {
            string text = $"Log-ins from this address failed: the next one is looked at in {Math.Ceiling(delay.TotalSeconds):0} s.";
            return Failed(ErrorCode.LogInDelayed, text) with { RetryAfter = delay, User = user };
        }
        string mark = _right.MarkOf(place.User, request.Secret.Span);
        var hash = user?.Password ?? _nobody;
        if (user is null || !_right.Knows(mark, hash))
        {
            if (!_checks.TryCheck(mark, place, hash, request.Secret.Span, out var check))
                return Failed(ErrorCode.TooManyLogIns) with { User = user };
            // Who goes away meanwhile is counted all the same: the check goes on, and tells of a wrong secret itself.
            bool isRight = await check.WaitAsync(cancellation);
            if (!isRight || user is null)
                return Failed(ErrorCode.AuthenticationFailed) with { User = user };
            _right.Add(mark, hash);
        }
        _failed.Succeeded(place);
        _metrics.LetIn(byToken: false);
        return LogInResult.LetIn(Access.Of(user, null, table.Version));
    }

    private LogInResult Failed(ErrorCode error, string? text = null)
    {
        _metrics.Refused(error);
        return LogInResult.Refused(error, text);
    }
}
