using System.Buffers.Binary;
using System.Collections.Concurrent;
using Forewave.Client;
using Forewave.Client.Consuming;
using Forewave.Client.Producing;
using Forewave.Protocol;

namespace Forewave.Integration.Tests.Drains;

/// <summary>A producer and a consumer that go on until they are told to finish. Each message is a number; both remember all.</summary>
internal sealed class Load : IAsyncDisposable
{
    private const int InFlight = 50;
    private static readonly QueueName Queue = new("orders");
    private static readonly GroupName Group = new("mail");
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Producer _producer;
    private readonly Consumer _consumer;
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<(int Number, uint Attempt)> _received = new();
    private readonly ConcurrentQueue<UnsettledMessages> _unsettled = new();
    private readonly Task<Receipt[]> _publishing;
    private readonly Task _consuming;
    private int _published;

    public Load(ForewaveClient client)
    {
        _producer = client.CreateProducer();
        _consumer = client.CreateConsumer(Queue, Group, new ConsumerOptions { OnSettleFailed = _unsettled.Enqueue });
        _publishing = Task.Run(PublishAsync);
        _consuming = _consumer.RunAsync(Handle, concurrency: 4, _end.Token);
    }

    /// <summary>Completes when so many more messages were published.</summary>
    public async Task WaitForMoreAsync(int messages)
    {
        int until = Volatile.Read(ref _published) + messages;
        await Processes.Watching.UntilAsync(
            () => Volatile.Read(ref _published) >= until || _publishing.IsCompleted, Patience, () => $"{_published} published");
        if (_publishing.IsCompleted)
            await _publishing;
    }

    /// <summary>Publishes no more, and waits until all has come.</summary>
    public async Task FinishAsync()
    {
        await _end.CancelAsync();
        int published = (await _publishing.WaitAsync(Patience)).Length;
        await _consuming.WaitAsync(Patience);
        while (_received.Count < published && await _consumer.ReceiveAsync(1_000, Patience) is { Count: > 0 } rest)
        {
            foreach (var message in rest)
            {
                Note(message);
                message.Ack();
            }
        }
        await _consumer.FlushAsync().WaitAsync(Patience);
    }

    /// <summary>No message was lost, doubled, delivered again or refused to be settled; each has a receipt of its own.</summary>
    public async Task AssertEachOnceAtItsFirstAttemptAsync()
    {
        var receipts = await _publishing;
        Assert.Equal(Enumerable.Range(0, receipts.Length), _received.Select(one => one.Number).Order());
        Assert.All(_received, one => Assert.Equal(1u, one.Attempt));
        Assert.Equal(receipts.Length, receipts.Select(receipt => receipt.MessageId).Distinct().Count());
        Assert.Empty(_unsettled);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _consumer.DisposeAsync();
        await _producer.DisposeAsync();
        _end.Dispose();
    }

    private async Task<Receipt[]> PublishAsync()
    {
        List<Receipt> receipts = [];
        Queue<ValueTask<Receipt>> pending = new();
        for (int number = 0; !_end.IsCancellationRequested; number++)
        {
            pending.Enqueue(_producer.PublishAsync(Queue, BitConverter.GetBytes(number)));
            if (pending.Count == InFlight)
                receipts.Add(await pending.Dequeue());
            Volatile.Write(ref _published, receipts.Count);
        }
        while (pending.TryDequeue(out var publish))
            receipts.Add(await publish);
        return [.. receipts];
    }

    private ValueTask Handle(ReceivedMessage message, CancellationToken cancellation)
    {
        Note(message);
        return default;
    }

    private void Note(in ReceivedMessage message) =>
        _received.Enqueue((BinaryPrimitives.ReadInt32LittleEndian(message.Body.Span), message.Attempt.Value));
}
