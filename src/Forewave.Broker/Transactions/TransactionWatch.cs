using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Storage;
using Microsoft.Extensions.Logging;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Transactions;

/// <summary>
/// Asks producers what became of transactions on which they stay silent. A transaction stands in its order once, from its beginning until it
/// is decided or given to the operators: 80 bytes for each that is open. For whoever has the transactions' turn; the loop is one task, and sleeps
/// until the first question is due.
/// </summary>
internal sealed class TransactionWatch(TransactionStage stage, TransactionMetrics metrics, ILogger logger) : IDisposable
{
    /// <summary>How long a transaction without messages is kept.</summary>
    public static readonly TimeSpan EmptyLife = TimeSpan.FromMinutes(10);

    private const int MostPerRound = 1_000;
    // Between two rounds: what is due within it is asked together.
    private static readonly TimeSpan ShortestSleep = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BusyPause = TimeSpan.FromSeconds(1);

    private readonly SortedSet<(long Due, LogPosition Id)> _due = [];
    private readonly SemaphoreSlim _wake = new(0, 1);
    private int _isAwake;
    // Unix time in milliseconds; 0: a round will look before it sleeps.
    private long _sleepsUntil;

    /// <summary>A transaction was begun, or is known again.</summary>
    public void Add(Transaction transaction, Timestamp now)
    {
        transaction.HeardOf = now;
        Put(transaction, now.Plus(transaction.Terms.First));
    }

    /// <summary>A transaction was heard of: its questions begin anew, and one that had no messages is asked about in time from now on.</summary>
    public void Heard(Transaction transaction, Timestamp now)
    {
        transaction.HeardOf = now;
        var first = now.Plus(transaction.Terms.First);
        if (BeginsAnew(transaction) || transaction.DueAt > first.UnixMilliseconds)
            Put(transaction, first);
    }

    /// <summary>Somebody decided a transaction, and the store did not take it: that is no silence, so it is asked about as often again.</summary>
    public void NotTaken(Transaction transaction, Timestamp now)
    {
        BeginsAnew(transaction);
        Put(transaction, now.Plus(transaction.Terms.Interval));
    }

    /// <summary>Somebody committed a transaction of which a message rotted: nobody is asked any more, and operators hear of it.</summary>
    public void CannotCommit(Transaction transaction)
    {
        Remove(transaction);
        if (transaction.IsWaiting)
            return;
        stage.Open.Waits(transaction);
        TransactionLog.CannotCommit(logger, transaction.Id, transaction.ProducerName);
    }

    /// <summary>A transaction was decided: nobody is asked any more.</summary>
    public void Remove(Transaction transaction)
    {
        if (transaction.DueAt is { } due)
            _due.Remove((due, transaction.Id));
        transaction.DueAt = null;
    }

    /// <summary>How many are to be asked about.</summary>
    public int Count => _due.Count;

    /// <summary>Asks until it is cancelled.</summary>
    public async Task RunAsync(LoopPulse pulse, TimeProvider time, CancellationToken cancellation)
    {
        while (true)
        {
            var sleep = await stage.InTurnAsync(RoundAsync, cancellation);
            pulse.Beat();
            await using var timer = time.CreateTimer(static watch => ((TransactionWatch)watch!).Ring(), this, sleep, Timeout.InfiniteTimeSpan);
            await _wake.WaitAsync(cancellation);
            Volatile.Write(ref _isAwake, 0);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _wake.Dispose();

    /// <summary>In a turn: asks what is due, a thousand at most; the rest is due in the next round. Returns how long that can wait.</summary>
    public async ValueTask<TimeSpan> RoundAsync(CancellationToken cancellation)
    {
        var now = stage.Now;
        _sleepsUntil = 0;
        HashSet<ISessionOutput> asked = [];
        for (int i = 0; i < MostPerRound && _due.Count > 0 && _due.Min.Due <= now.UnixMilliseconds; i++)
        {
            var transaction = stage.Open.Find(_due.Min.Id) ?? throw new InvalidOperationException($"transaction {_due.Min.Id} is asked about and not open");
            Remove(transaction);
            if (transaction.LastNumber == 0)
                await KeepEmptyAsync(transaction, now, cancellation);
            else
                Check(transaction, now, asked);
        }
        foreach (var output in asked)
            output.Flush();
        stage.DropOver();
        var sleep = SleepFrom(now);
        _sleepsUntil = now.Plus(sleep).UnixMilliseconds;
        return sleep;
    }

    private TimeSpan SleepFrom(Timestamp now)
    {
        if (_due.Count == 0)
            return LongestSleep;
        var wait = TimeSpan.FromMilliseconds(_due.Min.Due - now.UnixMilliseconds);
        return wait < ShortestSleep ? ShortestSleep : wait < LongestSleep ? wait : LongestSleep;
    }

    private async ValueTask KeepEmptyAsync(Transaction transaction, Timestamp now, CancellationToken cancellation)
    {
        if (now.CompareTo(transaction.HeardOf.Plus(EmptyLife)) < 0)
        {
            var over = transaction.HeardOf.Plus(EmptyLife);
            var next = now.Plus(transaction.Terms.Interval);
            Put(transaction, next.CompareTo(over) < 0 ? next : over);
            return;
        }
        try
        {
            await stage.DropEmptyAsync(transaction, cancellation);
        }
        catch (RefusedException)
        {
            // The store takes nothing at present: it is as well forgotten later.
            Put(transaction, now.Plus(transaction.Terms.Interval));
        }
    }

    private void Check(Transaction transaction, Timestamp now, HashSet<ISessionOutput> asked)
    {
        var first = transaction.HeardOf.Plus(transaction.Terms.First);
        if (transaction.Checks == 0 && now.CompareTo(first) < 0)
        {
            Put(transaction, first);
            return;
        }
        if (transaction.Checks >= transaction.Terms.Checks)
        {
            Waits(transaction);
            return;
        }
        if (stage.Producers.Next(transaction, now, out bool isBusy) is { } producer)
        {
            // Somebody is there again.
            stage.Open.WaitsNoLonger(transaction);
            transaction.Misses = 0;
            transaction.Checks++;
            producer.Output.Send(Question(transaction, producer));
            asked.Add(producer.Output);
            metrics.Checked(wasSent: true);
        }
        else if (isBusy)
        {
            // It is asked when some of the others are answered, or given up.
            Put(transaction, now.Plus(BusyPause));
            return;
        }
        else
        {
            // Operators hear of it; whoever comes is asked all the same.
            if (++transaction.Misses >= transaction.Terms.Checks)
                Waits(transaction);
            metrics.Checked(wasSent: false);
        }
        Put(transaction, now.Plus(transaction.Terms.Interval));
    }

    private bool BeginsAnew(Transaction transaction)
    {
        if (transaction is { Checks: 0, Misses: 0 })
            return false;
        (transaction.Checks, transaction.Misses) = (0, 0);
        stage.Open.WaitsNoLonger(transaction);
        return true;
    }

    private void Waits(Transaction transaction)
    {
        if (transaction.IsWaiting)
            return;
        stage.Open.Waits(transaction);
        TransactionLog.Waits(logger, transaction.Id, transaction.ProducerName, transaction.Checks);
    }

    private void Put(Transaction transaction, Timestamp due)
    {
        Remove(transaction);
        transaction.DueAt = due.UnixMilliseconds;
        _due.Add((due.UnixMilliseconds, transaction.Id));
        if (due.UnixMilliseconds < _sleepsUntil)
            Ring();
    }

    private void Ring()
    {
        if (Interlocked.Exchange(ref _isAwake, 1) == 0)
            _wake.Release();
    }

    private static V1.ServerFrame Question(Transaction transaction, CheckBackProducer producer) => new()
    {
        CheckBack = new V1.CheckBack
        {
            Producer = producer.Handle,
            Transaction = transaction.Id.Bits,
            BegunTime = (ulong)transaction.Begun.UnixMilliseconds,
            Check = (uint)transaction.Checks,
            Messages = (uint)transaction.Messages,
        },
    };
}
