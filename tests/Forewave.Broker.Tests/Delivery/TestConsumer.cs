using Forewave.Broker.Delivery.Commands;
using Forewave.Broker.Delivery.Leases;
using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Broker.Tests.Delivery;

/// <summary>A consumer on a connection of its own.</summary>
internal sealed class TestConsumer(DeliveryStage stage, Subscription subscription, RecordedOutput output)
{
    private ulong _correlation = 100;

    public Subscription Subscription { get; } = subscription;

    public RecordedOutput Output { get; } = output;

    public uint GroupId { get; set; }

    public ulong NextCorrelation() => ++_correlation;

    public void Credit(uint messages, uint bytes = 100 * 1024 * 1024) =>
        Subscription.AddCredit(
            stage.LoopOf(Subscription.Queue.Id),
            new CreditView { SubscriptionHandle = Subscription.Handle, Messages = messages, Bytes = bytes });

    public ulong Receive(int max, TimeSpan wait = default, int maxBytes = 1024 * 1024)
    {
        ulong correlation = NextCorrelation();
        var terms = new ReceiveTerms
        {
            Correlation = new CorrelationId(correlation), MaxMessages = max, MaxBytes = maxBytes, Wait = wait,
        };
        stage.LoopOf(Subscription.Queue.Id).Post(new ReceiveCommand(Subscription, terms));
        return correlation;
    }

    public void Unsubscribe(bool release) => stage.LoopOf(Subscription.Queue.Id).Post(
        new UnsubscribeCommand(Subscription, new CorrelationId(NextCorrelation()), release));

    public void Disconnect()
    {
        Output.IsClosed = true;
        stage.LoopOf(Subscription.Queue.Id).Post(new ConnectionClosedCommand(Subscription));
    }

    /// <summary>Settles messages, each run of adjoining ones as one; the failures come back.</summary>
    public Task<IReadOnlyList<(uint Run, long First, uint Count, ErrorCode Error)>> SettleAsync(
        SettleVerb verb, IEnumerable<DeliveredMessage> messages, TimeSpan delay = default, string? reason = null) =>
        SettleAsync([.. Items(verb, messages, delay, reason)]);

    public async Task<IReadOnlyList<(uint Run, long First, uint Count, ErrorCode Error)>> SettleAsync(params SettleItem[] items)
    {
        ulong correlation = PostSettle(items);
        var failures = await Output.SettledAsync(correlation);
        await stage.IdleAsync();
        return failures;
    }

    public ulong PostSettle(params SettleItem[] items)
    {
        ulong correlation = NextCorrelation();
        var request = new SettleRequest(stage.Loops, Output, new CorrelationId(correlation));
        for (uint i = 0; i < items.Length; i++)
            request.Add(items[i] with { Place = i });
        request.Post();
        return correlation;
    }

    public IEnumerable<SettleItem> Items(
        SettleVerb verb, IEnumerable<DeliveredMessage> messages, TimeSpan delay = default, string? reason = null)
    {
        SettleItem? run = null;
        foreach (var message in messages)
        {
            if (run is { } last && last.End == message.Offset && last.Attempt.Value == message.Attempt && last.Epoch.Value == message.Epoch)
            {
                run = last with { Count = last.Count + 1 };
                continue;
            }
            if (run is { } done)
                yield return done;
            run = Item(verb, message, delay, reason);
        }
        if (run is { } end)
            yield return end;
    }

    public SettleItem Item(SettleVerb verb, DeliveredMessage message, TimeSpan delay = default, string? reason = null) => new()
    {
        Place = 0,
        Queue = Subscription.Queue.Id,
        Group = GroupId,
        First = new Offset(message.Offset),
        Count = 1,
        Attempt = new Attempt(message.Attempt),
        Epoch = new Epoch(message.Epoch),
        Verb = verb,
        Delay = delay,
        Reason = reason,
    };
}
