using Forewave.Protocol;
using Forewave.Protocol.Access;

namespace Forewave.Broker.Users;

/// <summary>A user as it is between two changes. Immutable.</summary>
internal sealed record UserEntry
{
    /// <summary>Its name.</summary>
    public required UserName Name { get; init; }

    /// <summary>What its password is checked by; null: only tokens let it in.</summary>
    public PasswordHash? Password { get; init; }

    /// <summary>What it may do: one for each pattern, in their order.</summary>
    public IReadOnlyList<AccessGrant> Grants { get; init; } = [];

    /// <summary>Its tokens, oldest first.</summary>
    public IReadOnlyList<UserToken> Tokens { get; init; } = [];

    /// <summary>Whether it may make users.</summary>
    public bool IsOperator => Grants.Any(grant => (grant.Rights & AccessRights.Operate) != 0);

    /// <summary>The same user with fewer and more rights; no change where it has none of the ones and all of the others.</summary>
    public UserEntry With(IEnumerable<AccessGrant> removed, IEnumerable<AccessGrant> added)
    {
        SortedDictionary<QueuePattern, AccessRights> rights = new(Grants.ToDictionary(grant => grant.Queues, grant => grant.Rights));
        foreach (var grant in removed.Where(grant => rights.ContainsKey(grant.Queues)))
            rights[grant.Queues] &= ~grant.Rights;
        foreach (var grant in added)
            rights[grant.Queues] = rights.GetValueOrDefault(grant.Queues) | grant.Rights;
        AccessGrant[] grants = [.. rights.Where(one => one.Value != AccessRights.None).Select(one => new AccessGrant(one.Key, one.Value))];
        return grants.SequenceEqual(Grants) ? this : this with { Grants = grants };
    }

    /// <inheritdoc/>
    public override string ToString() => Name.Value;
}
