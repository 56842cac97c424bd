using Forewave.Protocol;

namespace Forewave.Client.Producing;

/// <summary>Collects the receipts of messages that were published together; the token is a message's place.</summary>
internal sealed class ManyPublishes(int count) : IPublishObserver
{
    private readonly TaskCompletionSource<Receipt[]> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Receipt[] _receipts = new Receipt[count];
    private ForewaveException? _error;
    private int _open = count;

    public Task<Receipt[]> Task => _completion.Task;

    public void Stored(in Receipt receipt, long token)
    {
        _receipts[token] = receipt;
        CountDown(1);
    }

    public void Failed(ForewaveException error, long token)
    {
        Interlocked.CompareExchange(ref _error, error, null);
        CountDown(1);
    }

    /// <summary>The last so many messages were never given to the producer.</summary>
    public void CountDown(int messages)
    {
        if (Interlocked.Add(ref _open, -messages) > 0)
        {
            return;
        }

        if (_error is null)
        {
            _completion.TrySetResult(_receipts);
        }
        else
        {
            _completion.TrySetException(_error.ForOneMore());
        }
    }
}
