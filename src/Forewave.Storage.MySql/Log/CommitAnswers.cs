using Forewave.Protocol;
using Forewave.Storage.Commits;

namespace Forewave.Storage.MySql.Log;

/// <summary>
/// Answers committed groups, strictly in order, on a thread of its own: owners, then those who wait for a position, then the
/// engine's observer. Owners and observer must not throw; one that does stops the store, and the others are told all the same.
/// <para>
/// Adding is for the log's writer. Disposing answers what was added and joins the thread.
/// </para>
/// </summary>
internal sealed class CommitAnswers : IDisposable
{
    private readonly object _gate = new();
    private readonly Queue<GatheredGroup> _waiting = new();
    private readonly Stack<GatheredGroup> _empty = new();
    private readonly ICommitObserver _observer;
    private readonly Action<StoreException> _fail;
    private readonly CheckpointPace _pace;
    private readonly Thread _thread;
    private StoreException? _end;
    private bool _isEnding;

    /// <param name="observer">The engine.</param>
    /// <param name="waiters">Those who wait for positions.</param>
    /// <param name="pace">Says when a checkpoint is due.</param>
    /// <param name="fail">Stops the store.</param>
    public CommitAnswers(ICommitObserver observer, CommitWaiters waiters, CheckpointPace pace, Action<StoreException> fail)
    {
        _observer = observer;
        Waiters = waiters;
        _pace = pace;
        _fail = fail;
        _thread = new Thread(Run) { Name = "forewave-commit", IsBackground = true };
        _thread.Start();
    }

    public CommitWaiters Waiters { get; }

    /// <summary>Groups that are committed and not answered.</summary>
    public int Unanswered
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>A group without anything in it.</summary>
    public GatheredGroup Rent()
    {
        lock (_gate)
        {
            return _empty.TryPop(out GatheredGroup? group) ? group : new GatheredGroup();
        }
    }

    /// <summary>Takes a group back.</summary>
    public void Return(GatheredGroup group)
    {
        group.Clear();
        lock (_gate)
        {
            _empty.Push(group);
        }
    }

    /// <summary>Answers a group, after those before it.</summary>
    public void Add(GatheredGroup group)
    {
        lock (_gate)
        {
            _waiting.Enqueue(group);
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Answers a group that is committed (unless it failed): its memory is for readers, its position everybody's from now on.</summary>
    public void AddCommitted(GatheredGroup group, Gather gather)
    {
        if (group.Failure is null)
        {
            Waiters.Committed = group.Through;
            gather.Committed(group);
        }

        Add(group);
    }

    /// <summary>After the groups that were added nothing follows.</summary>
    public void AddEnd(StoreException failure)
    {
        lock (_gate)
        {
            _end ??= failure;
            Monitor.Pulse(_gate);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isEnding = true;
            Monitor.Pulse(_gate);
        }

        _thread.Join();
    }

    private void Run()
    {
        while (Next(out GatheredGroup? group, out StoreException? end))
        {
            if (group is not null)
            {
                Answer(group);
            }
            else if (end is not null)
            {
                Guard(() => Waiters.Fail(end));
                Guard(() => _observer.Stopped(end));
            }
        }
    }

    private bool Next(out GatheredGroup? group, out StoreException? end)
    {
        lock (_gate)
        {
            while (_waiting.Count == 0 && _end is null && !_isEnding)
            {
                Monitor.Wait(_gate);
            }

            end = null;
            if (!_waiting.TryDequeue(out group))
            {
                (end, _end) = (_end, null);
            }

            return group is not null || end is not null;
        }
    }

    private void Answer(GatheredGroup group)
    {
        foreach (ref readonly OwnedRecord owned in group.Owned)
        {
            Tell(owned, group.Failure);
        }

        if (group.Failure is null)
        {
            TellRest(group);
        }

        Return(group);
    }

    private void Tell(in OwnedRecord owned, StoreException? failure)
    {
        try
        {
            if (failure is null)
            {
                owned.Owner.Committed(owned.First, owned.Token);
            }
            else
            {
                owned.Owner.Lost(failure, owned.Token);
            }
        }
        catch (Exception bug)
        {
            _fail(StoreFailures.OfListener(bug));
        }
    }

    private void TellRest(GatheredGroup group)
    {
        try
        {
            Waiters.Answer(group.Through);
            _observer.GroupCommitted(group.Dispatchable, group.Through);
            _pace.Committed(new ByteCount(group.Bytes), _observer);
        }
        catch (Exception bug)
        {
            _fail(StoreFailures.OfListener(bug));
        }
    }

    private void Guard(Action tell)
    {
        try
        {
            tell();
        }
        catch (Exception bug)
        {
            _fail(StoreFailures.OfListener(bug));
        }
    }
}
