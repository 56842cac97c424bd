using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Administration;

/// <summary>
/// Something that a loop is to do once, with an answer that somebody awaits. The body runs on the loop, again from the start
/// where it returned false for want of room. A <see cref="ForewaveException"/> that it throws is the answer.
/// </summary>
internal sealed class LoopCall<T>(Func<DeliveryLoop, LoopCall<T>, bool> body) : IDeliveryCommand, ICommitOwner
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _value = default!;

    /// <summary>The answer.</summary>
    public Task<T> Answer => _answer.Task;

    /// <inheritdoc/>
    public bool Run(DeliveryLoop loop)
    {
        try
        {
            return body(loop, this);
        }
        catch (ForewaveException refused) when (refused.Code != ErrorCode.PartitionStopped)
        {
            _answer.TrySetException(refused);
            return true;
        }
    }

    /// <inheritdoc/>
    public void Refuse(DeliveryLoop loop, ErrorCode code) => _answer.TrySetException(new ForewaveException(code));

    /// <summary>Answers now.</summary>
    public bool Complete(T value) => _answer.TrySetResult(value);

    /// <summary>Answers when everything that the loop appended so far is committed.</summary>
    public bool CompleteCommitted(DeliveryLoop loop, T value)
    {
        _value = value;
        if (loop.LastAppended == LogPosition.None || !loop.Store.TryAwaitCommit(loop.LastAppended, this, 0))
            Complete(value);
        return true;
    }

    /// <inheritdoc/>
    void ICommitOwner.Committed(LogPosition first, long token) => Complete(_value);

    /// <inheritdoc/>
    void ICommitOwner.Lost(StoreException failure, long token) => _answer.TrySetException(new ForewaveException(failure.Error));
}
