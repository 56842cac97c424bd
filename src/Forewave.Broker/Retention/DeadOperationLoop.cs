using Forewave.Broker.Delivery.Administration;
using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Retention;

/// <summary>
/// Carries on with the operations on dead letters that are running: page after page of each in turn, not faster than it may. Where one
/// is stands in the log, so that after a restart it goes on there; its rate begins anew then. What cannot be read is tried again; a
/// group that is gone took its operations along. Sleeps while none runs.
/// </summary>
internal sealed class DeadOperationLoop : IDisposable
{
    private const int MostPerPage = 1_000;
    private const double PagesPerSecond = 5;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    // So often it shows that it goes on, though there is nothing to do.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(10);

    private readonly SessionParts _parts;
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly Dictionary<(uint Queue, GroupName Group, ulong Number), DeadOperationPace> _paces = [];
    private int _isAwake;
    private volatile bool _hasBegun;
    private volatile int _running;

    public DeadOperationLoop(SessionParts parts)
    {
        _parts = parts;
        parts.Delivery.Operating.Begun = Begun;
    }

    /// <summary>How many operations were running when it last looked.</summary>
    public int Running => _running;

    /// <summary>Goes on until it is cancelled.</summary>
    public async Task RunAsync(LoopPulse pulse, CancellationToken cancellation)
    {
        while (!_parts.Health.IsStopped)
        {
            pulse.Beat();
            _hasBegun = false;
            var wait = await RoundAsync(cancellation);
            long since = _parts.Time.GetTimestamp();
            while (!_hasBegun && Left(wait, since) is var left && left > TimeSpan.Zero)
            {
                pulse.Beat();
                await SleepAsync(left, cancellation);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _wake.Dispose();

    /// <summary>Any thread; never blocks.</summary>
    private void Begun()
    {
        _hasBegun = true;
        Ring();
    }

    private void Ring()
    {
        if (Interlocked.Exchange(ref _isAwake, 1) == 0)
            _wake.Release();
    }

    private TimeSpan Left(TimeSpan wait, long since) => wait == Timeout.InfiniteTimeSpan ? LongestSleep : wait - _parts.Time.GetElapsedTime(since);

    private async Task SleepAsync(TimeSpan left, CancellationToken cancellation)
    {
        var sleep = left < LongestSleep ? TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)) : LongestSleep;
        await using var timer = _parts.Time.CreateTimer(static loop => ((DeadOperationLoop)loop!).Ring(), this, sleep, Timeout.InfiniteTimeSpan);
        await _wake.WaitAsync(cancellation);
        Volatile.Write(ref _isAwake, 0);
    }

    /// <summary>One page of each operation whose turn has come; returns when the next one's comes.</summary>
    private async Task<TimeSpan> RoundAsync(CancellationToken cancellation)
    {
        var running = await _parts.Delivery.Operating.RunningAsync().WaitAsync(cancellation);
        _running = running.Count;
        var next = Timeout.InfiniteTimeSpan;
        var keys = running.Select(KeyOf).ToHashSet();
        foreach (var gone in _paces.Keys.Where(key => !keys.Contains(key)).ToArray())
            _paces.Remove(gone);
        foreach (var one in running)
        {
            if (!_paces.TryGetValue(KeyOf(one), out var pace))
                _paces.Add(KeyOf(one), pace = new DeadOperationPace(_parts.Time, one.Operation.Terms.Rate));
            if (pace.Wait == TimeSpan.Zero)
                await StepAsync(one, pace, cancellation);
            next = next == Timeout.InfiniteTimeSpan || pace.Wait < next ? pace.Wait : next;
        }
        return next;
    }

    private async Task StepAsync(RunningDeadOperation one, DeadOperationPace pace, CancellationToken cancellation)
    {
        if (_parts.Queues.Find(one.QueueId) is not { } queue)
        {
            pace.Rest(RetryAfter);
            return;
        }
        double rate = one.Operation.Terms.Rate;
        int most = rate > 0 ? (int)Math.Clamp(rate / PagesPerSecond, 1, MostPerPage) : MostPerPage;
        try
        {
            pace.Touched(await _parts.Delivery.Operating.StepAsync(queue, one, most).WaitAsync(cancellation) ?? 0);
        }
        catch (Exception failure) when (failure is ForewaveException or StoreException && !_parts.Health.IsStopped)
        {
            // Somebody deleted the group meanwhile, or the disk did not give what was asked for.
            pace.Rest(RetryAfter);
            _parts.Delivery.Of(one.QueueId).Log.DeadOperationWaits(one.Operation.Number, one.QueueId, failure.Message);
        }
    }

    private static (uint Queue, GroupName Group, ulong Number) KeyOf(RunningDeadOperation one) => (one.QueueId, one.Group, one.Operation.Number);
}
