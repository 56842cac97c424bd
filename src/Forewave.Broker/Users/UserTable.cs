using System.Collections.Immutable;
using Forewave.Protocol;

namespace Forewave.Broker.Users;

/// <summary>All users at a moment. Immutable.</summary>
internal sealed class UserTable
{
    private readonly ImmutableSortedDictionary<UserName, UserEntry> _byName;
    private readonly ImmutableDictionary<string, UserEntry> _byToken;

    private UserTable(ImmutableSortedDictionary<UserName, UserEntry> byName, long version)
    {
        _byName = byName;
        _byToken = byName.Values.SelectMany(user => user.Tokens.Select(token => (token.Id, user))).DistinctBy(one => one.Id)
            .ToImmutableDictionary(one => one.Id, one => one.user);
        Version = version;
    }

    /// <summary>Nobody.</summary>
    public static UserTable Empty { get; } = new(ImmutableSortedDictionary<UserName, UserEntry>.Empty, 0);

    /// <summary>Another number after each change.</summary>
    public long Version { get; }

    /// <summary>How many there are.</summary>
    public int Count => _byName.Count;

    /// <summary>All, by name.</summary>
    public IEnumerable<UserEntry> All => _byName.Values;

    /// <summary>Somebody may make users, and has a secret that lets it in tomorrow too.</summary>
    public bool HasOperator => _byName.Values.Any(user => user.IsOperator && (user.Password is not null || user.Tokens.Any(token => token.Expires == 0)));

    /// <summary>The user with a name, or null.</summary>
    public UserEntry? Find(UserName name) => _byName.GetValueOrDefault(name);

    /// <summary>The user who has a token, or null.</summary>
    public UserEntry? FindToken(string id) => _byToken.GetValueOrDefault(id);

    /// <summary>With a user as it is now.</summary>
    public UserTable With(UserEntry user) => new(_byName.SetItem(user.Name, user), Version + 1);

    /// <summary>With all of some users; for a checkpoint's, which may be many.</summary>
    public UserTable With(IEnumerable<UserEntry> users) =>
        new(_byName.SetItems(users.Select(user => KeyValuePair.Create(user.Name, user))), Version + 1);

    /// <summary>Without a user.</summary>
    public UserTable Without(UserName name) => new(_byName.Remove(name), Version + 1);
}
