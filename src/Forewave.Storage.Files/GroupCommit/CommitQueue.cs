using Forewave.Protocol;
using Forewave.Storage.Commits;
using Forewave.Storage.Files.Pumps;

namespace Forewave.Storage.Files.GroupCommit;

/// <summary>
/// Answers committed groups, strictly in order, one at a time: on the writer's thread when the group is small and nothing
/// waits, else on the commit thread. Owners and observer must not throw; one that does stops the store, and the others are
/// told all the same.
/// </summary>
internal sealed class CommitQueue
{
    private readonly Lock _lock = new();
    private readonly Queue<CommitGroup> _waiting = new();
    private readonly Stack<CommitGroup> _empty = new();
    private readonly CommitWaiters _waiters = new();
    private readonly CommitListener _listener;
    private StoreException? _end;
    private bool _isAnswering;
    private bool _hasEnded;
    private IPump? _pump;
    private IPump? _writer;
    private Action<StoreException>? _fail;

    public CommitQueue(CommitListener listener) => _listener = listener;

    public CommitWaiters Waiters => _waiters;

    /// <summary>Groups that are written and not answered.</summary>
    public int Unanswered
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>The pump that runs <see cref="Step"/>, the writer's, which may wait for answers, and how to stop the store.</summary>
    public void RunOn(IPump pump, IPump writer, Action<StoreException> fail)
    {
        _fail = fail;
        _pump = pump;
        _writer = writer;
    }

    /// <summary>A group without anything in it.</summary>
    public CommitGroup Rent()
    {
        lock (_lock)
        {
            return _empty.TryPop(out CommitGroup? group) ? group : new CommitGroup();
        }
    }

    /// <summary>Takes a group back.</summary>
    public void Return(CommitGroup group)
    {
        group.Clear();
        lock (_lock)
        {
            _empty.Push(group);
        }
    }

    /// <summary>Everything up to here is on stable storage.</summary>
    public void MoveCommitted(LogPosition through) => _waiters.Committed = through;

    /// <summary>Answers a group now or later. Called by the writer alone.</summary>
    public void Add(CommitGroup group, bool answerHere)
    {
        lock (_lock)
        {
            if (!answerHere || _isAnswering || _waiting.Count > 0)
            {
                _waiting.Enqueue(group);
                answerHere = false;
            }
            else
            {
                _isAnswering = true;
            }
        }

        if (answerHere)
        {
            Answer(group);
        }
        else
        {
            _pump?.Signal();
        }
    }

    /// <summary>After the groups that were added nothing follows.</summary>
    public void AddEnd(StoreException failure)
    {
        lock (_lock)
        {
            _end = failure;
        }

        _pump?.Signal();
    }

    /// <summary>Answers one group; false: none waits.</summary>
    public bool Step()
    {
        CommitGroup? group;
        StoreException? end = null;
        lock (_lock)
        {
            if (_isAnswering)
            {
                return false;
            }

            if (!_waiting.TryDequeue(out group))
            {
                end = _hasEnded ? null : _end;
                if (end is null)
                {
                    return false;
                }

                _hasEnded = true;
            }

            _isAnswering = true;
        }

        if (group is not null)
        {
            Answer(group);
            _writer?.Signal();
        }
        else if (end is not null)
        {
            Guard(() => _waiters.Fail(end));
            Guard(() => _listener.Stopped(end));
            DoneAnswering();
        }

        return true;
    }

    private void Answer(CommitGroup group)
    {
        if (group.Failure is null)
        {
            _listener.NoteCarried(group);
        }

        foreach (ref readonly OwnedRecord owned in group.Owned)
        {
            Tell(owned, group.Failure);
        }

        if (group.Failure is null)
        {
            TellRest(group);
        }

        Return(group);
        DoneAnswering();
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
            _fail?.Invoke(StoreFailures.OfListener(bug));
        }
    }

    private void TellRest(CommitGroup group)
    {
        try
        {
            _waiters.Answer(group.Through);
            _listener.Committed(group);
        }
        catch (Exception bug)
        {
            _fail?.Invoke(StoreFailures.OfListener(bug));
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
            _fail?.Invoke(StoreFailures.OfListener(bug));
        }
    }

    private void DoneAnswering()
    {
        lock (_lock)
        {
            _isAnswering = false;
        }
    }
}
