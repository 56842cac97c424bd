using Forewave.Client;
using Forewave.Protocol;

namespace Forewave.Cli.Bench;

/// <summary>Publishes lists of messages; each list goes to one queue and is awaited, several are in flight.</summary>
internal sealed class BatchSender(BenchStream stream) : IBenchSender
{
    private const long MaxListMessages = 256;

    private readonly long _listMessages = Math.Clamp(stream.InFlight / 4, 1, MaxListMessages);
    private long _lists;

    /// <inheritdoc/>
    public Task RunAsync(CancellationToken cancellation)
    {
        long loops = Math.Max(1, stream.InFlight / _listMessages);
        return Task.WhenAll(Enumerable.Range(0, (int)loops).Select(_ => LoopAsync(cancellation)));
    }

    private async Task LoopAsync(CancellationToken cancellation)
    {
        byte[][] bodies = [.. Enumerable.Range(0, (int)_listMessages).Select(_ => stream.NewBody())];
        List<Message> list = new(bodies.Length);
        while (!cancellation.IsCancellationRequested)
        {
            long first;
            var sentAt = BenchInstant.Now;
            QueueName queue;
            ValueTask<IReadOnlyList<Receipt>> publish;
            // Sequences and call together: the stream's order is the producer's.
            lock (stream.Gate)
            {
                first = stream.LastSequence + 1;
                Fill(list, bodies, sentAt);
                if (list.Count == 0)
                    return;
                queue = stream.QueueOf(_lists++);
                publish = stream.Producer.PublishManyAsync(queue, list, CancellationToken.None);
            }
            await CountAsync(publish, new BenchList(queue, first, list.Count, sentAt));
        }
    }

    private void Fill(List<Message> list, byte[][] bodies, BenchInstant sentAt)
    {
        list.Clear();
        foreach (byte[] body in bodies)
        {
            if (stream.IsExhausted)
                return;
            long sequence = stream.Next(body, sentAt);
            list.Add(stream.MessageOf(body, sequence));
        }
    }

    private async ValueTask CountAsync(ValueTask<IReadOnlyList<Receipt>> publish, BenchList list)
    {
        try
        {
            var receipts = await publish;
            lock (stream.Gate)
            {
                for (int i = 0; i < receipts.Count; i++)
                    stream.CountStored(receipts[i], list.First + i, list.Queue, list.SentAt);
            }
        }
        catch (ForewaveException error)
        {
            lock (stream.Gate)
                stream.CountErrors(error, list.Count);
        }
    }
}
