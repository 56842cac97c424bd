using Forewave.Protocol;

namespace Forewave.Client.Transactions;

/// <summary>What the broker asks about. Immutable.</summary>
public sealed record CheckBackQuestion
{
    /// <summary>The transaction.</summary>
    public required TransactionId Transaction { get; init; }

    /// <summary>When it was begun, by the broker's clock.</summary>
    public required DateTimeOffset Begun { get; init; }

    /// <summary>How often was asked, with this time; counted from the broker's start.</summary>
    public required int Check { get; init; }

    /// <summary>How many messages it has.</summary>
    public required int Messages { get; init; }
}
