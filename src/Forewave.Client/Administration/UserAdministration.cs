using System.Text;
using Forewave.Protocol;
using Forewave.Protocol.Access;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Administration;

/// <summary>
/// Users, what they may do, and their tokens. Thread-safe; a call costs one round trip, a password besides it a fraction of a second of
/// this process' processor: what is checked by is made here, and passwords and tokens never travel. Of several partitions all are told.
/// Changes hold when the call completes, for connections that are there within two seconds. Needs the right to operate, but for one's own password.
/// Errors are those that <see cref="BrokerAdministration"/> tells of; also <c>RightMissing</c>, <c>UserNotFound</c>, <c>UserExists</c>,
/// <c>OperatorNeeded</c>, <c>TooManyUsers</c>, <c>UserInvalid</c>.
/// </summary>
public sealed class UserAdministration
{
    private readonly AdministrationCalls _calls;

    internal UserAdministration(AdministrationCalls calls) => _calls = calls;

    /// <summary>All users, by name.</summary>
    public async ValueTask<IReadOnlyList<UserDetails>> ListAsync(CancellationToken cancellation = default)
    {
        V1.AdministrationAnswer answer = await _calls.AskAsync(new() { ListUsers = new() }, cancellation).ConfigureAwait(false);
        return [.. answer.Users.Users.Select(ToUser)];
    }

    /// <summary>One user.</summary>
    public ValueTask<UserDetails> ShowAsync(UserName user, CancellationToken cancellation = default) =>
        AskAsync(new() { ShowUser = new() { User = user.Value } }, cancellation);

    /// <summary>Makes a user. The first one of all must have the right to operate; from then on nobody is let in without being a user.</summary>
    /// <param name="user">Its name.</param>
    /// <param name="password">Its password, 10 characters to 1 KiB; null: only tokens let it in.</param>
    /// <param name="grants">What it may do; null: nothing.</param>
    /// <param name="cancellation">Ends the wait, not the change.</param>
    public ValueTask<UserDetails> AddAsync(
        UserName user, string? password = null, IEnumerable<AccessGrant>? grants = null, CancellationToken cancellation = default)
    {
        V1.AddUser add = new() { User = user.Value, Password = HashOf(password) };
        add.Grants.AddRange((grants ?? []).Select(FromGrant));
        return AskAsync(new() { AddUser = add }, cancellation);
    }

    /// <summary>Sets a user's password; null: only tokens let it in from now on.</summary>
    public ValueTask<UserDetails> SetPasswordAsync(UserName user, string? password, CancellationToken cancellation = default) =>
        AskAsync(new() { SetPassword = new() { User = user.Value, Password = HashOf(password) } }, cancellation);

    /// <summary>Gives rights.</summary>
    public ValueTask<UserDetails> GrantAsync(UserName user, IEnumerable<AccessGrant> grants, CancellationToken cancellation = default)
    {
        V1.SetGrants set = new() { User = user.Value };
        set.Add.AddRange(grants.Select(FromGrant));
        return AskAsync(new() { SetGrants = set }, cancellation);
    }

    /// <summary>Takes rights away: from grants on just these queues.</summary>
    public ValueTask<UserDetails> RevokeAsync(UserName user, IEnumerable<AccessGrant> grants, CancellationToken cancellation = default)
    {
        V1.SetGrants set = new() { User = user.Value };
        set.Remove.AddRange(grants.Select(FromGrant));
        return AskAsync(new() { SetGrants = set }, cancellation);
    }

    /// <summary>Removes a user with its tokens.</summary>
    public async ValueTask RemoveAsync(UserName user, CancellationToken cancellation = default) =>
        await AskAsync(new() { RemoveUser = new() { User = user.Value } }, cancellation).ConfigureAwait(false);

    /// <summary>Makes a token of a user: 32 random bytes, which are told now and never again.</summary>
    /// <param name="user">Whose.</param>
    /// <param name="lifetime">How long it lets its holder in; null: until it is revoked.</param>
    /// <param name="note">What it is for, at most 64 bytes.</param>
    /// <param name="cancellation">Ends the wait, not the change.</param>
    public async ValueTask<NewToken> AddTokenAsync(
        UserName user, TimeSpan? lifetime = null, string note = "", CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(note);
        ArgumentOutOfRangeException.ThrowIfLessThan(lifetime ?? TimeSpan.MaxValue, TimeSpan.FromSeconds(1), nameof(lifetime));
        string text = AccessToken.Create();
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        DateTimeOffset now = _calls.Time.GetUtcNow();
        V1.Token token = new()
        {
            Id = AccessToken.IdOf(bytes),
            Hash = ByteString.CopyFrom(AccessToken.HashOf(bytes)),
            Note = note,
            Created = (ulong)now.ToUnixTimeMilliseconds(),
            Expires = lifetime is { } life ? (ulong)(now + life).ToUnixTimeMilliseconds() : 0,
        };
        await AskAsync(new() { AddToken = new() { User = user.Value, Token = token } }, cancellation).ConfigureAwait(false);
        return new NewToken { Text = text, Details = ToToken(token) };
    }

    /// <summary>Revokes a token.</summary>
    /// <exception cref="ForewaveException"><c>TokenNotFound</c>, and what the class says.</exception>
    public ValueTask<UserDetails> RevokeTokenAsync(UserName user, string tokenId, CancellationToken cancellation = default) =>
        AskAsync(new() { RevokeToken = new() { User = user.Value, Token = tokenId } }, cancellation);

    private async ValueTask<UserDetails> AskAsync(V1.AdministrationRequest request, CancellationToken cancellation) =>
        ToUser((await _calls.AskAsync(request, cancellation).ConfigureAwait(false)).User);

    private static V1.PasswordHash? HashOf(string? password)
    {
        if (password is null)
        {
            return null;
        }

        PasswordHash hash = PasswordHash.Of(password);
        return new V1.PasswordHash
        {
            Salt = ByteString.CopyFrom(hash.Salt), Iterations = (uint)hash.Iterations, Hash = ByteString.CopyFrom(hash.Hash),
        };
    }

    private static V1.Grant FromGrant(AccessGrant grant)
    {
        V1.Grant wire = new() { Queues = grant.Queues.Text };
        wire.Rights.AddRange(Rights.Where(one => (grant.Rights & one.Right) != 0).Select(one => one.OnWire));
        return wire;
    }

    private static UserDetails ToUser(V1.UserDetails user) => new()
    {
        Name = new UserName(user.User),
        HasPassword = user.HasPassword,
        Grants = [.. user.Grants.Select(ToGrant).Where(grant => grant.Rights != AccessRights.None)],
        Tokens = [.. user.Tokens.Select(ToToken)],
    };

    // A right that this version does not know is left out.
    private static AccessGrant ToGrant(V1.Grant grant)
    {
        AccessRights rights = Rights.Where(one => grant.Rights.Contains(one.OnWire)).Aggregate(AccessRights.None, (sum, one) => sum | one.Right);
        return rights == AccessRights.None ? default : new AccessGrant(new QueuePattern(grant.Queues), rights);
    }

    private static TokenDetails ToToken(V1.Token token) => new()
    {
        Id = token.Id,
        Note = token.Note,
        Created = DateTimeOffset.FromUnixTimeMilliseconds((long)token.Created),
        Expires = token.Expires == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds((long)token.Expires),
    };

    private static readonly (AccessRights Right, V1.Right OnWire)[] Rights =
    [
        (AccessRights.Publish, V1.Right.Publish), (AccessRights.Consume, V1.Right.Consume),
        (AccessRights.Manage, V1.Right.Manage), (AccessRights.Operate, V1.Right.Operate),
    ];
}
