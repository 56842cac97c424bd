using Forewave.Protocol;
using Forewave.Protocol.Access;

namespace Forewave.Client.Administration;

/// <summary>A user, as the broker knows it. Immutable.</summary>
public sealed record UserDetails
{
    /// <summary>Its name.</summary>
    public required UserName Name { get; init; }

    /// <summary>It may log in by password; else by token alone.</summary>
    public bool HasPassword { get; init; }

    /// <summary>What it may do.</summary>
    public IReadOnlyList<AccessGrant> Grants { get; init; } = [];

    /// <summary>Its tokens, oldest first.</summary>
    public IReadOnlyList<TokenDetails> Tokens { get; init; } = [];
}
