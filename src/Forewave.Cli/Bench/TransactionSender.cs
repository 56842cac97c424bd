using Forewave.Client;
using Forewave.Client.Transactions;
using Forewave.Protocol;

namespace Forewave.Cli.Bench;

/// <summary>
/// Publishes in transactions of so many messages, as many transactions at once as their messages may be in flight, one at least; each loop begins,
/// publishes and commits before it goes on. Latency is from the begin to the answer to the commit.
/// </summary>
internal sealed class TransactionSender(BenchStream stream, int messagesEach) : IBenchSender
{
    /// <inheritdoc/>
    public Task RunAsync(CancellationToken cancellation)
    {
        long loops = Math.Clamp(stream.InFlight / messagesEach, 1, Math.Max(1, stream.Messages / messagesEach));
        return Task.WhenAll(Enumerable.Range(0, (int)loops).Select(_ => LoopAsync(cancellation)));
    }

    private async Task LoopAsync(CancellationToken cancellation)
    {
        byte[][] bodies = [.. Enumerable.Range(0, messagesEach).Select(_ => stream.NewBody())];
        List<TransactionMessage> messages = new(messagesEach);
        while (!cancellation.IsCancellationRequested)
        {
            var sentAt = BenchInstant.Now;
            long first;
            lock (stream.Gate)
            {
                first = stream.LastSequence + 1;
                Fill(messages, bodies, sentAt);
            }
            if (messages.Count == 0)
                return;
            await PublishAsync(messages, first, sentAt);
        }
    }

    private void Fill(List<TransactionMessage> messages, byte[][] bodies, BenchInstant sentAt)
    {
        messages.Clear();
        foreach (byte[] body in bodies)
        {
            if (stream.IsExhausted)
                return;
            long sequence = stream.Next(body, sentAt);
            messages.Add(new TransactionMessage(stream.QueueOf(sequence), stream.MessageOf(body, sequence)));
        }
    }

    private async Task PublishAsync(List<TransactionMessage> messages, long first, BenchInstant sentAt)
    {
        try
        {
            await using var transaction = await stream.Producer.BeginTransactionAsync(cancellation: CancellationToken.None);
            var receipts = await transaction.PublishAsync(messages, CancellationToken.None);
            await transaction.CommitAsync(CancellationToken.None);
            lock (stream.Gate)
            {
                for (int i = 0; i < receipts.Count; i++)
                    stream.CountStored(receipts[i], first + i, messages[i].Queue, sentAt);
            }
        }
        catch (ForewaveException error)
        {
            lock (stream.Gate)
                stream.CountErrors(error, messages.Count);
        }
    }
}
