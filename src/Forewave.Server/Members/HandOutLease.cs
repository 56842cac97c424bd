using Forewave.Broker;
using Forewave.Storage.MySql.Replication;

namespace Forewave.Server.Members;

/// <summary>
/// Keeps a master from handing out messages that another broker may be handing out: while its slave may take over, it hands out for a
/// session time-out after the slave's database has said that it receives, or ZooKeeper has answered. Its answers need no such bound: they wait for the slave's
/// receipt.
/// <para>
/// One loop, owned by this; the bound is a timestamp that the delivery loops compare themselves, so a process that stood still keeps to it
/// before this has run again. While the slave is heard ZooKeeper is not asked. Disposing ends the loop and leaves the bound as it is.
/// </para>
/// </summary>
internal sealed class HandOutLease : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _end = new();
    private readonly BrokerEngine _engine;
    private readonly GroupMaster _master;
    private readonly HandOutTerms _terms;
    private readonly Lock _gate = new();
    private readonly Task _loop;
    private long _coordinationHeard;
    private bool _isNeeded;
    private bool _isOver;

    /// <param name="engine">Hands out.</param>
    /// <param name="master">Hears the slave's database.</param>
    /// <param name="terms">How long, and how ZooKeeper is asked.</param>
    public HandOutLease(BrokerEngine engine, GroupMaster master, HandOutTerms terms)
    {
        _engine = engine;
        _master = master;
        _terms = terms;
        _coordinationHeard = terms.Time.GetTimestamp();
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Messages are handed out at present.</summary>
    public bool HandsOut
    {
        get
        {
            lock (_gate)
                return !_isOver;
        }
    }

    /// <summary>From now on the slave may take over, or it may not. It has just been heard of.</summary>
    public void Need(bool isNeeded)
    {
        lock (_gate)
        {
            if (isNeeded && !_isNeeded)
                Interlocked.Exchange(ref _coordinationHeard, _terms.Time.GetTimestamp());
            _isNeeded = isNeeded;
            Extend();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _loop;
        _end.Dispose();
    }

    private async Task RunAsync()
    {
        using PeriodicTimer timer = new(Pace, _terms.Time);
        Task asking = Task.CompletedTask;
        try
        {
            while (await timer.WaitForNextTickAsync(_end.Token))
            {
                if (asking.IsCompleted && _terms.Time.GetElapsedTime(_master.SlaveReceived) > _terms.Session / 4)
                    asking = AskAsync();
                lock (_gate)
                    Extend();
            }
        }
        catch (OperationCanceledException)
        {
            await asking;
        }
    }

    // Called under the lock.
    private void Extend()
    {
        if (!_isNeeded)
        {
            _engine.HandOutUntil(long.MaxValue);
            Tell(isOver: false);
            return;
        }
        long heard = Math.Max(_master.SlaveReceived, Interlocked.Read(ref _coordinationHeard));
        _engine.HandOutUntil(heard + (long)(_terms.Session.TotalSeconds * _terms.Time.TimestampFrequency));
        Tell(_terms.Time.GetElapsedTime(heard) >= _terms.Session);
    }

    private void Tell(bool isOver)
    {
        if (isOver == _isOver)
            return;
        _isOver = isOver;
        _terms.Told(isOver
            ? $"Neither the slave's database nor ZooKeeper was heard for {_terms.Session.TotalSeconds:0.#} s: no messages are handed out, for the slave may have taken over."
            : "Messages are handed out again.");
    }

    // What was asked before the answer came, counts from there on.
    private async Task AskAsync()
    {
        long asked = _terms.Time.GetTimestamp();
        using CancellationTokenSource late = new(_terms.Session, _terms.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_end.Token, late.Token);
        if (await _terms.AskCoordination(either.Token))
            Interlocked.Exchange(ref _coordinationHeard, asked);
    }
}
