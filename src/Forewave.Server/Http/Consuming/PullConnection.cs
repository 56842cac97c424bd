using System.Buffers;
using Forewave.Client.Connections;
using Forewave.Client.Consuming;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Server.Http.Consuming;

/// <summary>
/// One connection for receives, with the subscriptions on it. It carries fewer receives at once than the broker would answer for
/// one connection, so that none waits behind another. Thread-safe.
/// </summary>
internal sealed class PullConnection
{
    private readonly Lock _gate = new();
    private readonly Dictionary<SubscriptionKey, PullSubscription> _subscriptions = [];
    private readonly TimeProvider _time;
    private int _pulls;
    private int _asked;

    public PullConnection(Connection connection, TimeProvider time)
    {
        Connection = connection;
        _time = time;
        Ended = EndAsync();
    }

    /// <summary>The connection.</summary>
    public Connection Connection { get; }

    /// <summary>Completes when nothing of it is left.</summary>
    public Task Ended { get; }

    /// <summary>How many receives it carries, or is about to.</summary>
    public int Pulls => Volatile.Read(ref _pulls);

    /// <summary>How many receives the broker has not answered yet, those included for which nobody waits any more.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>How many subscriptions it has.</summary>
    public int Subscriptions
    {
        get
        {
            lock (_gate)
                return _subscriptions.Count;
        }
    }

    /// <summary>A receive begins.</summary>
    public void Take() => Interlocked.Increment(ref _pulls);

    /// <summary>It has ended.</summary>
    public void Give() => Interlocked.Decrement(ref _pulls);

    /// <summary>The broker is asked.</summary>
    public void Ask() => Interlocked.Increment(ref _asked);

    /// <summary>It answered, or will not.</summary>
    public void Answered() => Interlocked.Decrement(ref _asked);

    /// <summary>The subscription of these terms, in use until it is given back; made where there is none.</summary>
    public PullSubscription TakeSubscription(SubscriptionKey key)
    {
        lock (_gate)
        {
            if (!_subscriptions.TryGetValue(key, out var subscription) || subscription.HasEnded)
                _subscriptions[key] = subscription = new PullSubscription(Connection, key, _time);
            subscription.Take();
            return subscription;
        }
    }

    /// <summary>Ends what nobody has used for so long.</summary>
    public void EndIdle(TimeSpan idle)
    {
        List<PullSubscription> ended = [];
        lock (_gate)
        {
            foreach (var (key, subscription) in _subscriptions)
            {
                if (!subscription.HasEnded && subscription.IdleFor < idle)
                    continue;
                ended.Add(subscription);
                _subscriptions.Remove(key);
            }
        }
        ended.ForEach(subscription => subscription.End());
    }

    /// <summary>Gives messages back that came for somebody who has gone: in place, and their attempt does not count.</summary>
    public void Release(PulledMessages messages, SubscriptionTerms subscribed)
    {
        List<SettleRun> runs = [];
        if (!messages.TryOpen(out var reader))
            return;
        while (reader.MoveNext(out var run))
        {
            runs.Add(new SettleRun
            {
                Queue = subscribed.Queue,
                Group = subscribed.Group,
                First = run.First,
                Count = (uint)run.MessageCount,
                Attempt = run.Attempt,
                Epoch = run.Epoch,
                Verb = SettleVerb.Release,
            });
        }
        if (runs.Count == 0 || Connection.Register(IgnoredAnswer.Instance) is not { } correlation)
            return;
        ArrayBufferWriter<byte> bytes = new();
        SettleFrameWriter.Write(bytes, correlation, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(runs));
        Connection.Send(bytes.WrittenMemory);
    }

    // When the broker is about to stop, who waits is sent away: nothing is left that would keep it waiting for this connection.
    private async Task EndAsync()
    {
        await Connection.Ending;
        if (Connection.Leaving is { } notice)
            Connection.Fail(notice.Reason);
        await Connection.Completion;
    }
}
