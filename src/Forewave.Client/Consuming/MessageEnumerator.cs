namespace Forewave.Client.Consuming;

/// <summary>Hands out a consumer's messages one by one; costs no allocation while messages wait. Used by one caller.</summary>
internal sealed class MessageEnumerator(Consumer consumer, CancellationToken cancellation) : IAsyncEnumerator<ReceivedMessage>
{
    private ReceivedMessage _current;

    public ReceivedMessage Current => _current;

    public ValueTask<bool> MoveNextAsync()
    {
        cancellation.ThrowIfCancellationRequested();
        return consumer.TryReceive(out _current) ? new ValueTask<bool>(true) : WaitAsync();
    }

    public ValueTask DisposeAsync() => default;

    private async ValueTask<bool> WaitAsync()
    {
        while (await consumer.WaitAsync(cancellation).ConfigureAwait(false))
        {
            if (consumer.TryReceive(out _current))
            {
                return true;
            }
        }

        return false;
    }
}
