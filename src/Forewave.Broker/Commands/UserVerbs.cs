using Forewave.Broker.Sessions;
using Forewave.Broker.Users;
using Forewave.Protocol;
using Forewave.Protocol.Access;
using V1 = Forewave.Protocol.V1;
using Verb = Forewave.Protocol.V1.AdministrationRequest.VerbOneofCase;

namespace Forewave.Broker.Commands;

/// <summary>Verbs about users. Changes are answered when they are committed; answers never have what a secret is checked by.</summary>
internal static class UserVerbs
{
    /// <summary>The answer, or null where the verb is none about users.</summary>
    public static async ValueTask<V1.AdministrationAnswer?> RunAsync(
        Session session, V1.AdministrationRequest request, CancellationToken cancellation) => request.VerbCase switch
        {
            Verb.ListUsers => List(session.Parts),
            Verb.ShowUser => Answer(Existing(session.Parts.Users.Table.Find(NameOf(request.ShowUser.User)))),
            Verb.AddUser => await AddAsync(session, request.AddUser, cancellation),
            Verb.SetPassword => await SetPasswordAsync(session, request.SetPassword, cancellation),
            Verb.SetGrants => await SetGrantsAsync(session, request.SetGrants, cancellation),
            Verb.RemoveUser => await ChangeAsync(session, request.RemoveUser.User, static _ => null, cancellation),
            Verb.AddToken => await AddTokenAsync(session, request.AddToken, cancellation),
            Verb.RevokeToken => await RevokeTokenAsync(session, request.RevokeToken, cancellation),
            _ => null,
        };

    private static V1.AdministrationAnswer List(SessionParts parts)
    {
        V1.UserList list = new();
        list.Users.AddRange(parts.Users.Table.All.Select(DetailsOf));
        return new V1.AdministrationAnswer { Users = list };
    }

    private static async ValueTask<V1.AdministrationAnswer> AddAsync(Session session, V1.AddUser request, CancellationToken cancellation)
    {
        var name = NameOf(request.User);
        var made = Bounded(new UserEntry { Name = name, Password = PasswordOf(request.Password) }.With([], GrantsOf(request.Grants)));
        return await ChangeAsync(session, name, before => before is null ? made : throw new RefusedException(ErrorCode.UserExists), cancellation);
    }

    private static ValueTask<V1.AdministrationAnswer> SetPasswordAsync(Session session, V1.SetPassword request, CancellationToken cancellation)
    {
        var password = PasswordOf(request.Password);
        return ChangeAsync(session, request.User, user => user with { Password = password }, cancellation);
    }

    private static ValueTask<V1.AdministrationAnswer> SetGrantsAsync(Session session, V1.SetGrants request, CancellationToken cancellation)
    {
        var removed = GrantsOf(request.Remove);
        var added = GrantsOf(request.Add);
        return ChangeAsync(session, request.User, user => Bounded(user.With(removed, added)), cancellation);
    }

    private static ValueTask<V1.AdministrationAnswer> AddTokenAsync(Session session, V1.AddToken request, CancellationToken cancellation)
    {
        var token = TokenOf(request.Token);
        return ChangeAsync(session, request.User, user => WithToken(session.Parts, user, token), cancellation);
    }

    private static ValueTask<V1.AdministrationAnswer> RevokeTokenAsync(Session session, V1.RevokeToken request, CancellationToken cancellation) =>
        ChangeAsync(session, request.User, user => WithoutToken(user, request.Token), cancellation);

    private static UserEntry WithToken(SessionParts parts, UserEntry user, UserToken token)
    {
        if (parts.Users.Table.FindToken(token.Id) is not null)
            throw new RefusedException(ErrorCode.UserInvalid, "a token of this id is there already.");
        long now = parts.Time.GetUtcNow().ToUnixTimeMilliseconds();
        // Those that have expired make room.
        UserToken[] kept = [.. user.Tokens.Where(one => !one.IsOver(now))];
        return kept.Length < Limits.TokensPerUser
            ? user with { Tokens = [.. kept, token] }
            : throw new RefusedException(ErrorCode.TooManyUsers, $"a user has {Limits.TokensPerUser} tokens at most.");
    }

    private static UserEntry WithoutToken(UserEntry user, string id) => user.Tokens.Any(token => token.Id == id)
        ? user with { Tokens = [.. user.Tokens.Where(token => token.Id != id)] }
        : throw new RefusedException(ErrorCode.TokenNotFound);

    private static ValueTask<V1.AdministrationAnswer> ChangeAsync(
        Session session, string name, Func<UserEntry, UserEntry?> change, CancellationToken cancellation) =>
        ChangeAsync(session, NameOf(name), before => change(Existing(before)), cancellation);

    private static async ValueTask<V1.AdministrationAnswer> ChangeAsync(
        Session session, UserName name, Func<UserEntry?, UserEntry?> change, CancellationToken cancellation)
    {
        var user = await session.Parts.Users.ChangeAsync(name, Changed, cancellation);
        await session.Parts.Store.CommittedAsync();
        return Answer(user);

        // When those before it are done: one of them may have taken away what this one needs.
        UserEntry? Changed(UserEntry? before)
        {
            session.CheckAccess();
            return change(before);
        }
    }

    private static UserName NameOf(string text) => UserName.TryParse(text, out var name)
        ? name
        : throw new RefusedException(ErrorCode.UserInvalid, "A user's name is made of a-z 0-9 . _ @ -, begins with a letter or digit, and has 1 to 64 characters.");

    private static UserEntry Existing(UserEntry? user) => user ?? throw new RefusedException(ErrorCode.UserNotFound);

    private static UserEntry Bounded(UserEntry user) => user.Grants.Count <= Limits.GrantsPerUser
        ? user
        : throw new RefusedException(ErrorCode.TooManyUsers, $"a user has {Limits.GrantsPerUser} grants at most.");

    private static PasswordHash? PasswordOf(V1.PasswordHash? password) => password is null
        ? null
        : new PasswordHash(password.Salt.Span, (int)Math.Min(password.Iterations, int.MaxValue), password.Hash.Span);

    private static List<AccessGrant> GrantsOf(IEnumerable<V1.Grant> grants) =>
        [.. grants.Select(grant => new AccessGrant(new QueuePattern(grant.Queues), grant.Rights.Aggregate(AccessRights.None, (sum, right) => sum | RightOf(right))))];

    private static UserToken TokenOf(V1.Token? token)
    {
        if (token is null || !AccessToken.IsId(token.Id) || token.Hash.Length != AccessToken.HashBytes)
            throw new RefusedException(ErrorCode.UserInvalid, "a token has an id of 16 hexadecimal digits and 32 bytes of SHA-256.");
        if (token.Note.Length > 0 && !NameRules.IsText(token.Note, Limits.NameBytes))
            throw new RefusedException(ErrorCode.UserInvalid, "what a token is for has 64 bytes at most, no control character and no comma.");
        if (token.Expires > long.MaxValue || token.Created > long.MaxValue)
            throw new RefusedException(ErrorCode.UserInvalid, "a token's time is beyond 2^63.");
        return new UserToken { Id = token.Id, Hash = token.Hash.ToByteArray(), Note = token.Note, Created = (long)token.Created, Expires = (long)token.Expires };
    }

    private static AccessRights RightOf(V1.Right right) => right switch
    {
        V1.Right.Publish => AccessRights.Publish,
        V1.Right.Consume => AccessRights.Consume,
        V1.Right.Manage => AccessRights.Manage,
        V1.Right.Operate => AccessRights.Operate,
        _ => throw new RefusedException(ErrorCode.UserInvalid, "a grant has a right that this broker does not know."),
    };

    private static V1.AdministrationAnswer Answer(UserEntry user) => new() { User = DetailsOf(user) };

    private static V1.UserDetails DetailsOf(UserEntry user)
    {
        V1.UserDetails details = new() { User = user.Name.Value, HasPassword = user.Password is not null };
        details.Grants.AddRange(user.Grants.Select(GrantOf));
        details.Tokens.AddRange(user.Tokens.Select(token => new V1.Token
        {
            Id = token.Id, Note = token.Note, Created = (ulong)token.Created, Expires = (ulong)token.Expires,
        }));
        return details;
    }

    private static V1.Grant GrantOf(AccessGrant grant)
    {
        V1.Grant answer = new() { Queues = grant.Queues.Text };
        answer.Rights.AddRange(Rights.Where(one => (grant.Rights & one.Right) != 0).Select(one => one.OnWire));
        return answer;
    }

    private static readonly (AccessRights Right, V1.Right OnWire)[] Rights =
    [
        (AccessRights.Publish, V1.Right.Publish), (AccessRights.Consume, V1.Right.Consume),
        (AccessRights.Manage, V1.Right.Manage), (AccessRights.Operate, V1.Right.Operate),
    ];
}
