using System.Diagnostics;
using Forewave.Protocol;

namespace Forewave.Storage.MySql.Log;

/// <summary>
/// Between the log's writer and the answers, in a broker group: lets each group through, strictly in order, when its commit is proven,
/// on a thread of its own; the next group commits meanwhile. Only from there on it is committed for the rest of the broker.
/// <para>
/// Adding is for the log's writer. A proof that throws stops the store: what was not let through is answered as lost. Disposing waits
/// for what was added a little while, then answers it as not known to be received, and joins the thread.
/// </para>
/// </summary>
internal sealed class CommitProofs : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestAtEnd = TimeSpan.FromSeconds(2);

    private readonly object _gate = new();
    private readonly Queue<(GatheredGroup Group, long Committed)> _waiting = new();
    private readonly ICommitProof _proof;
    private readonly Gather _gather;
    private readonly Action<StoreException> _fail;
    private readonly CommitAnswers _answers;
    private readonly Thread _thread;
    private StoreException? _end;
    private StoreException? _failure;
    private long _endsSince;
    private int _unproven;

    /// <param name="proof">Says what may be answered.</param>
    /// <param name="gather">Told of what is committed.</param>
    /// <param name="answers">Where proven groups go.</param>
    /// <param name="fail">Stops the store.</param>
    public CommitProofs(ICommitProof proof, Gather gather, CommitAnswers answers, Action<StoreException> fail)
    {
        _fail = fail;
        _proof = proof;
        _gather = gather;
        _answers = answers;
        _thread = new Thread(Run) { Name = "forewave-proof", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Groups that are committed and not proven.</summary>
    public int Unproven => Volatile.Read(ref _unproven);

    /// <summary>Lets a group through when it is proven, after those before it; one that failed, too.</summary>
    public void Add(GatheredGroup group)
    {
        lock (_gate)
        {
            Interlocked.Increment(ref _unproven);
            _waiting.Enqueue((group, Stopwatch.GetTimestamp()));
            Monitor.Pulse(_gate);
        }
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
            Volatile.Write(ref _endsSince, Math.Max(1, Stopwatch.GetTimestamp()));
            Monitor.Pulse(_gate);
        }

        _thread.Join();
    }

    private void Run()
    {
        while (Next(out GatheredGroup? group, out long committed, out StoreException? end))
        {
            if (group is not null)
            {
                Prove(group);
                if (group.Failure is null)
                {
                    _proof.Note(Stopwatch.GetElapsedTime(committed));
                }

                _answers.AddCommitted(group, _gather);
                Interlocked.Decrement(ref _unproven);
            }
            else if (end is not null)
            {
                _answers.AddEnd(end);
            }
        }
    }

    private bool Next(out GatheredGroup? group, out long committed, out StoreException? end)
    {
        lock (_gate)
        {
            while (_waiting.Count == 0 && _end is null && _endsSince == 0)
            {
                Monitor.Wait(_gate);
            }

            end = null;
            (group, committed) = (null, 0);
            if (_waiting.TryDequeue(out (GatheredGroup Group, long Committed) next))
            {
                (group, committed) = next;
            }
            else
            {
                (end, _end) = (_end, null);
            }

            return group is not null || end is not null;
        }
    }

    private void Prove(GatheredGroup group)
    {
        try
        {
            while (group.Failure is null && (group.Failure = _failure) is null && !_proof.TryAwait(group.Commit, Look))
            {
                if (HasEnded())
                {
                    throw StoreFailures.OfProof(group.Through);
                }
            }
        }
        catch (StoreException failure)
        {
            // The outcome is unknown: the group is in the log, and may be there for whoever takes the partition.
            _failure = group.Failure = failure;
            _fail(failure);
        }
    }

    private bool HasEnded() => Volatile.Read(ref _endsSince) is var since and not 0 && Stopwatch.GetElapsedTime(since) > LongestAtEnd;
}
