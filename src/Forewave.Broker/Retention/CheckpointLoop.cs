using Forewave.Broker.Observability;
using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Retention;

/// <summary>
/// Takes checkpoints: when the store asks for one, and every few minutes when something was written. One at a time. On
/// a full disk the last one stays in force and the next is tried a little later; anything else that the store says against it
/// stops the partition: the log would grow for ever.
/// </summary>
internal sealed class CheckpointLoop : IDisposable
{
    private static readonly TimeSpan RetryWhenFull = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _due = new(0, 1);
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly SessionParts _parts;
    private readonly IStateSource _state;
    private int _isDue;
    private int _isAskedFor;
    private LogPosition _last;

    public CheckpointLoop(SessionParts parts, IStateSource state)
    {
        _parts = parts;
        _state = state;
    }

    /// <summary>Asks for a checkpoint soon, whether or not anything was written. Any thread; never blocks.</summary>
    public void Due()
    {
        Interlocked.Exchange(ref _isAskedFor, 1);
        Look();
    }

    /// <summary>Takes checkpoints until it is cancelled.</summary>
    public async Task RunAsync(LoopPulse pulse, CancellationToken cancellation)
    {
        var interval = _parts.Options.CheckpointInterval;
        await using var timer = _parts.Time.CreateTimer(
            static loop => ((CheckpointLoop)loop!).Look(), this, interval, interval);
        while (true)
        {
            await _due.WaitAsync(cancellation);
            Volatile.Write(ref _isDue, 0);
            pulse.Beat();
            // On a full disk the store asks for one to get segments free, and nothing is written until it has.
            if (Interlocked.Exchange(ref _isAskedFor, 0) != 0 || _parts.Store.Tail != _last)
                await TryTakeAsync(cancellation);
        }
    }

    /// <summary>Takes one now.</summary>
    public async Task TakeAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            long start = _parts.Time.GetTimestamp();
            var tail = _parts.Store.Tail;
            await TakeOneAsync(cancellation);
            _last = tail;
            BrokerLog.CheckpointTaken(_parts.Logger, (long)_parts.Time.GetElapsedTime(start).TotalMilliseconds);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _due.Dispose();
        _one.Dispose();
    }

    private void Look()
    {
        if (Interlocked.Exchange(ref _isDue, 1) == 0)
            _due.Release();
    }

    private async Task TakeOneAsync(CancellationToken cancellation)
    {
        bool isTaken = false;
        try
        {
            await _parts.Store.CheckpointAsync(_state, cancellation);
            isTaken = true;
        }
        finally
        {
            _parts.Deduplication.Parts.CheckpointEnded(isTaken);
            _parts.Search.Keys.Parts.CheckpointEnded(isTaken);
        }
    }

    private async Task TryTakeAsync(CancellationToken cancellation)
    {
        try
        {
            await TakeAsync(cancellation);
        }
        catch (StoreException full) when (full.MayPass())
        {
            BrokerLog.CheckpointPostponed(_parts.Logger, full.Message);
            await Task.Delay(RetryWhenFull, _parts.Time, cancellation);
            Due();
        }
    }
}
