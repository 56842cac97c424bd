using Forewave.Protocol;

namespace Forewave.Client.Producing;

/// <summary>One awaited publish whose wait can be cancelled; the message may be stored all the same.</summary>
internal sealed class CancellablePublish : IPublishObserver
{
    private readonly TaskCompletionSource<Receipt> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<Receipt> WaitAsync(CancellationToken cancellation) => _completion.Task.WaitAsync(cancellation);

    public void Stored(in Receipt receipt, long token) => _completion.TrySetResult(receipt);

    public void Failed(ForewaveException error, long token) => _completion.TrySetException(error.ForOneMore());
}
