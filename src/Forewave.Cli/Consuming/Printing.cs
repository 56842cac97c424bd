using Forewave.Cli.Output;
using Forewave.Client.Consuming;
using Forewave.Protocol;

namespace Forewave.Cli.Consuming;

/// <summary>
/// Receives, prints and then acks: what is acked has left through stdout. A redelivery of what was printed and is not known to
/// be settled is acked (where acks are wanted) and not printed again. One loop, one use.
/// </summary>
internal sealed class Printing(Consumer consumer, PrintPlan plan, PrintedMessages printed, OutputBuffer output)
{
    private const int BatchMessages = 1_000;
    private const int MaxUnconfirmed = 100_000;

    private readonly MessagePrinter _printer = new(output, plan.Json);
    private readonly List<ReceivedMessage> _unacked = [];
    private Task _confirmation = Task.CompletedTask;
    private long _count;

    /// <summary>Messages printed.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>Ends by the plan, or when it is cancelled; what was printed is acked by then, but not answered.</summary>
    /// <exception cref="IOException">Nobody reads stdout any more; what was not written is not acked.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (_count < plan.Max)
        {
            if (await ReceiveAsync(cancellation) is not { Count: > 0 } batch)
                return;
            foreach (var message in batch)
            {
                if (!printed.TryAdd(new MessagePlace(message.Id.Partition, message.Offset.Value)))
                    continue;
                _printer.Print(in message);
                _count++;
            }
            output.Flush();
            Settle(batch);
            await ConfirmAsync(cancellation);
        }
    }

    /// <summary>Completes when all acks are answered; what was printed without being acked goes back.</summary>
    /// <exception cref="ForewaveException">It cannot be given back.</exception>
    /// <exception cref="OperationCanceledException">It took too long.</exception>
    public async Task EndAsync(CancellationToken cancellation)
    {
        List<Task> releases = [.. _unacked.Select(message => message.ReleaseAsync(cancellation).AsTask())];
        await Task.WhenAll(releases);
        await consumer.FlushAsync(cancellation);
    }

    private async ValueTask<IReadOnlyList<ReceivedMessage>?> ReceiveAsync(CancellationToken cancellation)
    {
        int most = (int)Math.Min(BatchMessages, plan.Max - _count);
        var left = plan.Wait ?? TimeSpan.MaxValue;
        while (true)
        {
            var wait = left < Limits.MaxReceiveWait ? left : Limits.MaxReceiveWait;
            var batch = await consumer.ReceiveAsync(most, wait, cancellation);
            left = plan.Wait is null ? left : left - wait;
            if (batch.Count > 0 || left <= TimeSpan.Zero)
                return batch;
        }
    }

    private void Settle(IReadOnlyList<ReceivedMessage> batch)
    {
        if (!plan.Acks)
        {
            _unacked.AddRange(batch);
            return;
        }
        foreach (var message in batch)
            message.Ack();
    }

    // What is confirmed need not be remembered; with too much that is not, the loop waits for the broker.
    private async ValueTask ConfirmAsync(CancellationToken cancellation)
    {
        if (!plan.Acks)
            return;
        if (printed.Acked())
            _confirmation = ConfirmAllAsync(cancellation);
        else if (printed.Count >= MaxUnconfirmed)
            await _confirmation;
    }

    private async Task ConfirmAllAsync(CancellationToken cancellation)
    {
        while (printed.TryBeginConfirmation())
        {
            await consumer.FlushAsync(cancellation);
            printed.EndConfirmation();
        }
    }
}
