using Forewave.Protocol;

namespace Forewave.Storage.Conformance;

/// <summary>Waits for commits, and counts how often it was told.</summary>
public sealed class CommitSignal : ICommitOwner
{
    private readonly TaskCompletionSource<(LogPosition First, long Token)> _told = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _times;

    /// <summary>What it was told first.</summary>
    public Task<(LogPosition First, long Token)> Told => _told.Task;

    /// <summary>How often it was told.</summary>
    public int Times => Volatile.Read(ref _times);

    void ICommitOwner.Committed(LogPosition first, long token)
    {
        Interlocked.Increment(ref _times);
        _told.TrySetResult((first, token));
    }

    void ICommitOwner.Lost(StoreException failure, long token)
    {
        Interlocked.Increment(ref _times);
        _told.TrySetException(failure);
    }
}
