using Forewave.Client.Connections;
using Forewave.Client.Consuming;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Protocol.V1;
using Google.Protobuf;

namespace Forewave.Server.Http.Consuming;

/// <summary>
/// One consumer of a group, for all receives that ask for the same. Made known to the broker by the first of them; the leases that
/// it was given are settled by whoever has their handles. Thread-safe.
/// </summary>
internal sealed class PullSubscription : IDeliveryHandler
{
    private readonly Connection _connection;
    private readonly SubscriptionKey _key;
    private readonly TimeProvider _time;
    private volatile bool _hasEnded;
    private volatile uint _handle;
    private int _pulls;
    private long _lastUsed;

    public PullSubscription(Connection connection, SubscriptionKey key, TimeProvider time)
    {
        _connection = connection;
        _key = key;
        _time = time;
        _lastUsed = time.GetTimestamp();
        Subscribed = SubscribeAsync();
    }

    /// <summary>The broker's answer, or a <see cref="ForewaveException"/>.</summary>
    public Task<SubscriptionTerms> Subscribed { get; }

    /// <summary>It is of no use any more.</summary>
    public bool HasEnded => _hasEnded || Subscribed.IsFaulted || _connection.IsEnding;

    /// <summary>Nobody has used it for so long.</summary>
    public TimeSpan IdleFor => Volatile.Read(ref _pulls) > 0 ? TimeSpan.Zero : _time.GetElapsedTime(Volatile.Read(ref _lastUsed));

    /// <summary>A receive begins to use it.</summary>
    public void Take() => Interlocked.Increment(ref _pulls);

    /// <summary>It has ended.</summary>
    public void Give()
    {
        Volatile.Write(ref _lastUsed, _time.GetTimestamp());
        Interlocked.Decrement(ref _pulls);
    }

    /// <summary>Asks for messages.</summary>
    /// <exception cref="ForewaveException">It cannot be asked any more.</exception>
    public void Pull(SubscriptionTerms subscribed, in PullTerms terms, PullReply reply)
    {
        Receive receive = new()
        {
            Subscription = subscribed.Handle, MaxMessages = (uint)terms.Messages, Wait = (uint)terms.Wait.TotalMilliseconds,
        };
        if (!_connection.TryRequest(new ClientFrame { Receive = receive }, reply))
            throw new ForewaveException(ErrorCode.ShuttingDown);
    }

    /// <summary>Ends it; its leases stay with those who have their handles.</summary>
    public void End()
    {
        _hasEnded = true;
        // Nobody uses it, so whoever made it has had its answer.
        if (_handle == 0)
            return;
        _connection.RemoveSubscription(_handle);
        _connection.SendLast(new ClientFrame { Unsubscribe = new Unsubscribe { Subscription = _handle } });
    }

    void IDeliveryHandler.Delivered(ReadOnlySpan<byte> frame, ByteRange payload)
    {
        // Without credit the broker sends nothing of its own accord.
    }

    void IDeliveryHandler.GoingAway() => _hasEnded = true;

    void IDeliveryHandler.RoleChanged(Protocol.V1.ConsumerRole role)
    {
        // Nobody asked to be told.
    }

    void IDeliveryHandler.Ended(ForewaveException reason) => _hasEnded = true;

    private async Task<SubscriptionTerms> SubscribeAsync()
    {
        Subscribe request = new()
        {
            Queue = _key.Queue.Value,
            Group = _key.Group.Value,
            ConsumerId = ByteString.CopyFrom(ConsumerId.New().ToBytes()),
            ConsumerName = _key.Consumer.Value,
            TagFilter = _key.Filter is { } filter ? filter.Text : "",
            Start = _key.Start.ToWire(),
            VisibilityTimeout = (uint)_key.Visibility.TotalMilliseconds,
            CreateQueue = true,
        };
        var answer = await _connection.RequestAsync(
            new ClientFrame { Subscribe = request }, CancellationToken.None,
            subscribed => _connection.AddSubscription(subscribed.Subscribed.Subscription, this));
        var subscribed = answer.Subscribed;
        _handle = subscribed.Subscription;
        return new SubscriptionTerms(
            subscribed.Subscription,
            new PartitionNumber((ushort)_connection.Hello.Partition),
            new QueueId(subscribed.QueueId),
            new GroupId(subscribed.GroupId),
            TimeSpan.FromMilliseconds(subscribed.VisibilityTimeout));
    }
}
