using System.Diagnostics;
using Forewave.Protocol;
using Forewave.Storage.Commits;
using Forewave.Storage.MySql.Connections;

namespace Forewave.Storage.MySql.Log;

/// <summary>
/// The one who writes the log, on a thread of its own: takes all that waits, commits it as one transaction, moves the committed
/// position and hands the group on to be answered. Between two groups it looks after the log's slices.
/// <para>
/// While the database does not answer, the group in hand is tried again and again and clients' messages are refused meanwhile;
/// nobody's outcome is guessed. What the database refuses for good stops the store: everything not known to be committed is
/// answered as lost. Disposing commits what was appended, if the database answers, and joins the thread.
/// </para>
/// </summary>
internal sealed class LogWriter : IDisposable
{
    // The answers lag behind the database: waiting here lets groups grow instead of queueing them.
    private const int MaxUnanswered = 8;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(1);

    private readonly object _gate = new();
    private readonly LogGroup _rows = new();
    private readonly ManualResetEventSlim _closing = new();
    private readonly Gather _gather;
    private readonly CommitAnswers _answers;
    private readonly CommitProofs? _proofs;
    private readonly GroupWriter _writer;
    private readonly LogSlices _slices;
    private readonly LogCounters _counters;
    private readonly Action<string> _told;
    private readonly Thread _thread;
    private bool _isSignalled;
    private LogPosition _written;

    /// <param name="gather">What waits.</param>
    /// <param name="answers">Where committed groups go.</param>
    /// <param name="writer">Commits groups; disposed with this.</param>
    /// <param name="slices">The log's slices.</param>
    /// <param name="watch">For metrics and operators.</param>
    public LogWriter(Gather gather, CommitAnswers answers, GroupWriter writer, LogSlices slices, LogWatch watch)
    {
        _gather = gather;
        _answers = answers;
        _writer = writer;
        _slices = slices;
        (_counters, _told, _proofs) = (watch.Counters, watch.Told, watch.Proofs);
        _written = answers.Waiters.Committed;
        _writer.Pause = Wait;
        _thread = new Thread(Run) { Name = "forewave-log", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Something waits, or something happened. Any thread.</summary>
    public void Signal()
    {
        lock (_gate)
        {
            _isSignalled = true;
            Monitor.Pulse(_gate);
        }
    }

    public void Dispose()
    {
        _gather.Close();
        _closing.Set();
        Signal();
        _thread.Join();
        _writer.Dispose();
        _closing.Dispose();
    }

    private int Unanswered => _answers.Unanswered + (_proofs?.Unproven ?? 0);

    private void Run()
    {
        while (_gather.Failure is null && !(_gather.IsClosed && !TakeAndWrite()))
        {
            bool isFull = Unanswered >= MaxUnanswered;
            if (!_gather.IsClosed && (isFull || !TakeAndWrite()))
            {
                Sleep(isFull);
            }
        }

        if (_gather.Failure is { } failure)
        {
            Finish(failure);
        }
    }

    private void Sleep(bool isFull)
    {
        lock (_gate)
        {
            // Answers that lag tell nobody when they are done: then this looks again soon.
            TimeSpan longest = isFull ? TimeSpan.FromMilliseconds(1) : LongestIdle;
            if (!_isSignalled)
            {
                Monitor.Wait(_gate, longest);
            }

            _isSignalled = false;
        }

        LookAfterSlices();
    }

    private bool TakeAndWrite()
    {
        GatheredGroup empty = _answers.Rent();
        if (_gather.TryTake(empty) is not { } group)
        {
            _answers.Return(empty);
            return false;
        }

        Commit(group);
        return true;
    }

    private void Commit(GatheredGroup group)
    {
        try
        {
            long begin = Stopwatch.GetTimestamp();
            _rows.Clear();
            foreach (ref readonly GatheredRecord record in group.Records)
            {
                ReadOnlyMemory<byte> payload = record.Block.Read(record.At, out RecordHeader header);
                _rows.Add(header, payload.Span);
            }

            _writer.Write(_rows);
            _counters.Add(new ByteCount(group.Bytes), Stopwatch.GetElapsedTime(begin));
        }
        catch (Exception failure)
        {
            group.Failure = failure as StoreException ?? StoreFailures.OfLogWrite(failure);
            _gather.Stop(group.Failure);
            HandOn(group);
            return;
        }

        if (_gather.Refusal != AppendRefusal.None)
        {
            _gather.Refusal = AppendRefusal.None;
            _told("The database is back: messages are taken again.");
        }

        _written = group.Through;
        HandOn(group);
        LookAfterSlices();
    }

    private void HandOn(GatheredGroup group)
    {
        if (_proofs is null)
        {
            _answers.AddCommitted(group, _gather);
            return;
        }

        group.Commit = _writer.LastCommit;
        _proofs.Add(group);
    }

    private void LookAfterSlices()
    {
        // What is written, proven or not: slices end above it.
        LogPosition tail = _written;
        if (_slices.IsDue(tail))
        {
            _writer.Between(connection => _slices.Work(connection, tail));
        }
    }

    // Between two tries of a group. False: the store is ending, and nobody will try again.
    private bool Wait(DatabaseException failure, int attempt)
    {
        if (_gather.Refusal == AppendRefusal.None)
        {
            _told($"The database takes nothing, so clients' messages are refused until it does: {failure.Message}");
        }

        _gather.Refusal = failure.Failure == DatabaseFailure.DiskFull ? AppendRefusal.DiskFull : AppendRefusal.Unreachable;
        _counters.AddRetry();
        double milliseconds = Math.Min(LongestPause.TotalMilliseconds, 50 * Math.Pow(2, Math.Min(attempt, 6)) * (0.75 + (Random.Shared.NextDouble() / 2)));
        return !_closing.Wait(TimeSpan.FromMilliseconds(milliseconds));
    }

    private void Finish(StoreException failure)
    {
        if (_gather.TryTake(_answers.Rent()) is { } rest)
        {
            rest.Failure = failure;
            HandOn(rest);
        }

        if (_proofs is null)
        {
            _answers.AddEnd(failure);
        }
        else
        {
            _proofs.AddEnd(failure);
        }
    }
}
