using Forewave.Client;
using Forewave.Client.Producing;
using Forewave.Protocol;

namespace Forewave.Cli.Publishing;

/// <summary>Publishes each line of a stream as a message, in order, many in flight.</summary>
internal sealed class LinePublishing(Producer producer, QueueName queue, Message form)
{
    /// <summary>Publishes one body, whatever is in it; completes when it has its outcome.</summary>
    public async Task PublishOneAsync(ReadOnlyMemory<byte> body, ReceiptPrinter printer)
    {
        while (!TryPublish(form with { Body = body }, printer, 0))
            await producer.WaitForRoomAsync(CancellationToken.None);
        await printer.WaitForAsync(1);
    }

    /// <summary>Completes when each line has its outcome. Cancelling ends the reading; what was read is waited for.</summary>
    public async Task RunAsync(Stream lines, ReceiptPrinter printer, CancellationToken cancellation)
    {
        LineReader reader = new(lines, Limits.MessageBytes);
        long number = 0;
        bool isMore = true;
        while (isMore && !cancellation.IsCancellationRequested)
        {
            isMore = await reader.ReadAsync(cancellation);
            while (reader.TryRead(out var line))
            {
                while (!TryPublish(form with { Body = line }, printer, number))
                    await producer.WaitForRoomAsync(cancellation);
                number++;
            }
        }
        await printer.WaitForAsync(number);
    }

    // A message that breaks a limit is one failure among receipts, not the end of the input.
    private bool TryPublish(Message message, ReceiptPrinter printer, long number)
    {
        try
        {
            return producer.TryPublish(queue, message, printer, number);
        }
        catch (ForewaveException refused) when (refused.Code != ErrorCode.ClientClosed)
        {
            ((IPublishObserver)printer).Failed(refused, number);
            return true;
        }
    }
}
