using Forewave.Client;
using Forewave.Protocol;

namespace Forewave.Cli.Bench;

/// <summary>Publishes with as many loops as messages may be in flight; each awaits its receipt before it goes on.</summary>
internal sealed class AwaitSender(BenchStream stream) : IBenchSender
{
    /// <inheritdoc/>
    public Task RunAsync(CancellationToken cancellation)
    {
        long loops = Math.Min(stream.InFlight, stream.Messages);
        return Task.WhenAll(Enumerable.Range(0, (int)loops).Select(_ => LoopAsync(stream.NewBody(), cancellation)));
    }

    private async Task LoopAsync(byte[] body, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            long sequence;
            BenchInstant sentAt;
            ValueTask<Receipt> publish;
            // Sequence and call together: the stream's order is the producer's.
            lock (stream.Gate)
            {
                if (stream.IsExhausted)
                    return;
                sentAt = BenchInstant.Now;
                sequence = stream.Next(body, sentAt);
                publish = stream.Producer.PublishAsync(stream.QueueOf(sequence), stream.MessageOf(body, sequence), CancellationToken.None);
            }
            await CountAsync(publish, sequence, sentAt);
        }
    }

    private async ValueTask CountAsync(ValueTask<Receipt> publish, long sequence, BenchInstant sentAt)
    {
        try
        {
            var receipt = await publish;
            lock (stream.Gate)
                stream.CountStored(in receipt, sequence, stream.QueueOf(sequence), sentAt);
        }
        catch (ForewaveException error)
        {
            lock (stream.Gate)
                stream.CountErrors(error, 1);
        }
    }
}
