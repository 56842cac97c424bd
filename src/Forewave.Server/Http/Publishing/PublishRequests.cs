using System.Runtime.CompilerServices;
using Forewave.Broker.Users;
using Forewave.Client;
using Forewave.Client.Producing;
using Forewave.Protocol;
using Forewave.Server.Http.Requests;
using Microsoft.AspNetCore.Http;

namespace Forewave.Server.Http.Publishing;

/// <summary>
/// Publishes what requests bring: a body of any type as one message, or JSON envelopes as one or many. Answered when all of it is
/// stored as durably as its queue asks for. Thread-safe.
/// </summary>
internal sealed class PublishRequests(HttpLinks links, BodyMemory memory, Func<Broker.BrokerEngine?> engine)
{
    /// <summary>Publishes to a queue and answers.</summary>
    public ValueTask RunAsync(HttpContext context, QueueName queue)
    {
        string? type = context.Request.ContentType;
        if (type is null)
            return PublishBodyAsync(context, queue);
        if (ContentTypes.Is(type, ContentTypes.Messages))
            return PublishManyAsync(context, queue);
        return ContentTypes.Is(type, ContentTypes.Message) ? PublishEnvelopeAsync(context, queue) : PublishBodyAsync(context, queue);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask PublishBodyAsync(HttpContext context, QueueName queue)
    {
        var body = await RequestBody.ReadAsync(context, Limits.MessageBytes, memory);
        PendingPublish? pending = null;
        Receipt receipt = default;
        RequiredDurability required;
        try
        {
            required = RequiredDurability.Of(context.Request.Headers);
            var message = MessageForm.Read(context.Request.Headers, body.Bytes);
            TakeQuota(context, (1, body.Bytes.Length));
            pending = TryPublish(queue, message);
            if (pending is null)
                receipt = await links.Producer.PublishAsync(queue, message);
        }
        finally
        {
            // The producer has its copy: what waits for the disk holds no body.
            body.Release();
        }
        if (pending is not null)
            receipt = await pending.Task;
        required.Check(receipt);
        ReceiptAnswer.Write(context.Response, receipt);
    }

    private async ValueTask PublishEnvelopeAsync(HttpContext context, QueueName queue)
    {
        var required = RequiredDurability.Of(context.Request.Headers);
        var body = await RequestBody.ReadAsync(context, Limits.FrameBytes, memory);
        Receipt receipt;
        try
        {
            using EnvelopeReader envelopes = new(body.Bytes);
            TakeQuota(context, (1, body.Bytes.Length));
            receipt = await links.Producer.PublishAsync(queue, MessageForm.InTrace(context.Request.Headers, MessageForm.WithKey(context.Request.Headers, envelopes.ReadOne())));
        }
        finally
        {
            body.Release();
        }
        required.Check(receipt);
        ReceiptAnswer.Write(context.Response, receipt);
    }

    private async ValueTask PublishManyAsync(HttpContext context, QueueName queue)
    {
        // It takes longer than a thread of the sockets has.
        await Task.Yield();
        MessageForm.RefuseKey(context.Request.Headers);
        var required = RequiredDurability.Of(context.Request.Headers);
        var body = await RequestBody.ReadAsync(context, Limits.FrameBytes, memory);
        BatchReceipts receipts;
        try
        {
            using EnvelopeReader envelopes = new(body.Bytes);
            var messages = envelopes.ReadMany();
            TakeQuota(context, (messages.Count, body.Bytes.Length));
            receipts = new BatchReceipts(messages.Count);
            for (int i = 0; i < messages.Count; i++)
                await HandAsync(queue, MessageForm.InTrace(context.Request.Headers, messages[i]), receipts, i);
        }
        finally
        {
            body.Release();
        }
        await receipts.Task;
        receipts.Check(required);
        ReceiptAnswer.Write(context.Response, receipts);
    }

    // Each message has a fate of its own: what one breaks does not keep the others from being stored.
    private async ValueTask HandAsync(QueueName queue, Message message, BatchReceipts receipts, int place)
    {
        try
        {
            while (!links.Producer.TryPublish(queue, message, receipts, place))
                await links.Producer.WaitForRoomAsync();
        }
        catch (ForewaveException refused)
        {
            receipts.Failed(refused, place);
        }
    }

    // Null: the producer has no room at the moment. A publish costs no allocation.
    private PendingPublish? TryPublish(QueueName queue, in Message message)
    {
        var pending = PendingPublish.Rent();
        bool isTaken = false;
        try
        {
            isTaken = links.Producer.TryPublish(queue, message, pending);
        }
        finally
        {
            if (!isTaken)
                pending.Return();
        }
        return isTaken ? pending : null;
    }

    // The connection to the broker is shared by all: whose message it is is known here alone.
    private void TakeQuota(HttpContext context, (int Messages, int Bytes) amount)
    {
        if (engine() is not { } serving || !context.Items.TryGetValue(typeof(Access), out object? access) || access is not Access known)
            return;
        var wait = serving.TakeQuota(known, amount);
        if (wait > TimeSpan.Zero)
            throw new ForewaveException(ErrorCode.QuotaExceeded, "The user's quota is used up.", retryAfter: wait);
    }
}
