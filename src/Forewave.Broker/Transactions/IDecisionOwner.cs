using Forewave.Storage;

namespace Forewave.Broker.Transactions;

/// <summary>Who waits for a decision to be on stable storage.</summary>
internal interface IDecisionOwner : ICommitOwner
{
    /// <summary>How many messages the transaction had. Set before the owner can be told.</summary>
    int Messages { set; }

    /// <summary>It was committed before: told instead of <see cref="ICommitOwner.Committed"/>, on the thread that asked.</summary>
    void WasCommitted();
}
