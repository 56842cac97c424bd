using Forewave.Storage.Backups;
using Forewave.Storage.Files.Pumps;

namespace Forewave.Storage.Files.Backups;

/// <summary>
/// One backup in steps, at a rate. <see cref="Step"/> runs on its pump's thread and does not throw. Cancelling takes effect at the next step.
/// </summary>
internal sealed class BackupRun : IDisposable
{
    private readonly BackupJob _job;
    private readonly TimeProvider _time;
    private readonly long _bytesPerSecond;
    private readonly ITimer _timer;
    private IEnumerator<int>? _steps;
    private IPump? _pump;
    private long _begun;
    private long _moved;
    private BackupProgress? _end;
    private volatile bool _isCancelled;

    public BackupRun(BackupJob job, TimeProvider time, long bytesPerSecond)
    {
        _job = job;
        _time = time;
        _bytesPerSecond = bytesPerSecond;
        _timer = time.CreateTimer(_ => _pump?.Signal(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Told at its end.</summary>
    public Action<BackupProgress>? Ended { get; init; }

    /// <summary>How far it is. For any thread.</summary>
    public BackupProgress Progress => Volatile.Read(ref _end) ?? _job.Progress with { State = BackupState.Running };

    /// <summary>Begins.</summary>
    public void Start(IPumps pumps)
    {
        _begun = _time.GetTimestamp();
        _pump = pumps.Start("forewave-backup", Step);
        _pump.Signal();
    }

    /// <summary>Ends it at its next step; false: it has ended.</summary>
    public bool Cancel()
    {
        if (Volatile.Read(ref _end) is not null)
        {
            return false;
        }

        _isCancelled = true;
        _pump?.Signal();
        return true;
    }

    public void Dispose()
    {
        _pump?.Dispose();
        _timer.Dispose();
        _steps?.Dispose();
        _job.Dispose();
    }

    private bool Step()
    {
        if (Volatile.Read(ref _end) is not null)
        {
            return false;
        }

        if (!_isCancelled && Ahead() is { } ahead && ahead > TimeSpan.Zero)
        {
            _timer.Change(ahead, Timeout.InfiniteTimeSpan);
            return false;
        }

        try
        {
            _steps ??= _job.Run().GetEnumerator();
            if (_isCancelled)
            {
                End(_job.Progress with { State = BackupState.Cancelled });
            }
            else if (_steps.MoveNext())
            {
                _moved += _steps.Current;
            }
            else
            {
                End(_job.Progress);
            }
        }
        catch (Exception failure)
        {
            StoreException known = BackupFailures.Of(failure);
            End(_job.Progress with { State = BackupState.Failed, Error = known.Error, Problem = known.Message });
        }

        return true;
    }

    private void End(BackupProgress end)
    {
        try
        {
            _steps?.Dispose();
        }
        catch (Exception failure)
        {
            // The disk failed once more; what it left behind is removed by the next backup.
            end = end with { Problem = end.Problem ?? failure.Message };
        }

        _job.Dispose();
        BackupProgress told = end.State == BackupState.Done ? end : end with { Ended = Now };
        Volatile.Write(ref _end, told);
        Ended?.Invoke(told);
    }

    private Timestamp Now => Timestamp.From(_time.GetUtcNow());

    // By how much it is ahead of its rate; whole milliseconds, as timers count.
    private TimeSpan? Ahead()
    {
        TimeSpan due = TimeSpan.FromSeconds((double)_moved / _bytesPerSecond);
        TimeSpan ahead = due - _time.GetElapsedTime(_begun);
        return ahead >= TimeSpan.FromMilliseconds(1) ? ahead : null;
    }
}
