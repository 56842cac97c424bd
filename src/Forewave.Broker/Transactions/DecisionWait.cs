using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Transactions;

/// <summary>Waits for a decision; for those who are not on the hot path.</summary>
internal sealed class DecisionWait : IDecisionOwner
{
    private readonly TaskCompletionSource<int> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <inheritdoc/>
    public int Messages { get; set; }

    /// <summary>How many messages the transaction had, when it is committed; fails with the store.</summary>
    public Task<int> Task => _done.Task;

    /// <inheritdoc/>
    public void WasCommitted() => _done.TrySetResult(Messages);

    /// <inheritdoc/>
    public void Committed(LogPosition first, long token) => _done.TrySetResult(Messages);

    /// <inheritdoc/>
    public void Lost(StoreException failure, long token) => _done.TrySetException(failure);
}
