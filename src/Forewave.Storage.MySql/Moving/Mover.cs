using System.Collections.Concurrent;
using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Indexes;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Rows;
using Forewave.Storage.MySql.Schema;

namespace Forewave.Storage.MySql.Moving;

/// <summary>
/// Takes what was dispatched from the log to its tables, each message exactly once, in transactions of thousands, on a thread of
/// its own, which has helpers for many tables; between transactions it makes and drops day slices and tables.
/// <para>
/// A transaction is fenced by the epoch of its role. After a lost connection the tables say what was moved: places are dense, so
/// the highest one of an index is all that there is to know. A table that somebody holds is left alone for a while, the others go
/// on. While the database does not answer nothing is lost: the log has it all. Disposing finishes the transaction in hand.
/// </para>
/// </summary>
internal sealed class Mover : IDisposable
{
    private const int MostRuns = 4_096;
    private const long MostBytes = 8 << 20;
    // Of an index where many wait, so that many get a turn.
    private const long MostBytesOfMany = MostBytes * MoveWriter.Workers / MoveWriter.TablesForAll;
    private const int MostIndexes = 256;

    // So long messages gather: a transaction for each group of the log would double the server's work.
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan AfterRefusal = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    private readonly object _gate = new();
    private readonly ConcurrentQueue<MessageIndex> _waiting = new();
    private readonly Dictionary<MessageIndex, long> _refused = [];
    private readonly List<(Func<bool> IsReached, TaskCompletionSource Told)> _awaited = [];
    private readonly IndexedRun[] _runs = new IndexedRun[MostRuns];
    private readonly MoverParts _parts;
    private readonly MoveWriter _writer;
    private readonly Thread _thread;
    private Connection? _connection;
    private MessageIndex? _current;
    private long _noted;
    private long _moved;
    private bool _hasLooked;
    private bool _hasTold;
    private bool _wantsUpkeep;
    private volatile bool _isEnding;

    public Mover(MoverParts parts)
    {
        _parts = parts;
        _writer = new MoveWriter(parts);
        _thread = new Thread(Run) { Name = "forewave-mover", IsBackground = true };
    }

    /// <summary>Messages that were moved since the opening. Any thread.</summary>
    public long Moved => Volatile.Read(ref _moved);

    /// <summary>Messages that were to be moved and are gone, since the opening. Any thread.</summary>
    public long Missing => _writer.Missing;

    /// <summary>Bytes of both databases, as the server says seldom. Any thread.</summary>
    public long DatabaseBytes => _writer.DatabaseBytes;

    /// <summary>Begins; what was noted before is moved now.</summary>
    public void Start() => _thread.Start();

    /// <summary>An index has something to move. Any thread.</summary>
    public void Note(MessageIndex index, int messages)
    {
        if (index.TryNote())
        {
            _waiting.Enqueue(index);
        }

        long noted = Interlocked.Add(ref _noted, messages);
        if (noted >= MostRuns && noted - messages < MostRuns)
        {
            Signal();
        }
    }

    /// <summary>What is over is to be dropped soon. Any thread.</summary>
    public void AskForUpkeep()
    {
        lock (_gate)
        {
            _wantsUpkeep = true;
        }
    }

    /// <summary>Completes when all that was dispatched is in its tables and what was asked for before is done; for tests. Any thread.</summary>
    public Task SettledAsync() => WhenAsync(() => !_parts.Indexes.All.Any(index => index.HasUnmoved));

    /// <summary>Completes when so many messages were moved since the opening; for tests. Any thread.</summary>
    public Task MovedAsync(long messages) => WhenAsync(() => Moved >= messages);

    public void Dispose()
    {
        _isEnding = true;
        Signal();
        if (!_thread.ThreadState.HasFlag(ThreadState.Unstarted))
        {
            _thread.Join();
        }
    }

    private void Signal()
    {
        lock (_gate)
        {
            Monitor.Pulse(_gate);
        }
    }

    private void Run()
    {
        while (!_isEnding)
        {
            try
            {
                if (!Step())
                {
                    Sleep(Gathering);
                }
            }
            catch (DatabaseException failure)
            {
                Drop(failure);
                Sleep(AfterFailure);
            }
            catch (Exception failure)
            {
                _parts.Fail(failure as StoreException ?? StoreFailures.OfMoving(failure));
                break;
            }
        }

        _connection?.Dispose();
        _writer.Dispose();
    }

    private bool Step()
    {
        // What fails before a table's turn is not the last table's fault.
        _current = null;
        if (_connection is null)
        {
            _connection = Connection.Open(_parts.Options);
            // Whatever a lost connection had begun is over when this has its lock.
            _writer.TakeOver(_connection);
        }

        if (!_hasLooked)
        {
            _parts.Tables.DropStrays(_connection);
            _hasLooked = true;
        }

        (Func<bool> IsReached, TaskCompletionSource Told)[] awaited;
        lock (_gate)
        {
            awaited = [.. _awaited];
        }

        Upkeep(_connection);
        bool hasMoved = Move(_connection);
        foreach (var waiting in awaited.Where(waiting => waiting.IsReached()))
        {
            lock (_gate)
            {
                _awaited.Remove(waiting);
            }

            waiting.Told.SetResult();
        }

        return hasMoved;
    }

    private Task WhenAsync(Func<bool> isReached)
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _awaited.Add((isReached, told));
            Monitor.Pulse(_gate);
        }

        return told.Task;
    }

    private bool Move(Connection connection)
    {
        List<MovedPart>[] shares = [.. Enumerable.Range(0, _writer.WorkersFor(_waiting.Count)).Select(_ => new List<MovedPart>())];
        long[] rooms = [.. shares.Select(_ => MostBytes)];
        var seen = new List<MessageIndex>();
        Interlocked.Exchange(ref _noted, 0);
        try
        {
            while (rooms.Any(room => room > 0) && seen.Count < MostIndexes * shares.Length && _waiting.TryDequeue(out MessageIndex? index))
            {
                seen.Add(index);
                Take(connection, index, shares, rooms);
            }

            bool hasTaken = shares.Any(share => share.Count > 0);
            if (hasTaken)
            {
                // Unless a table turns out to be at fault.
                _current = null;
                _writer.Write(connection, shares, Note, Blame);
                TellBack();
            }

            return hasTaken;
        }
        finally
        {
            foreach (MessageIndex index in seen)
            {
                PutBack(index);
            }
        }
    }

    private void Take(Connection connection, MessageIndex index, List<MovedPart>[] shares, long[] rooms)
    {
        int worker = MoveWriter.WorkerOf(index) % shares.Length;
        _current = index;
        if (!index.HasUnmoved)
        {
            _refused.Remove(index);
            return;
        }

        if (rooms[worker] <= 0 || IsRefused(index))
        {
            return;
        }

        if (!_parts.Tables.TryPlace(connection, index, out SlicedTable table, out DaySlice slice))
        {
            _refused[index] = _parts.Time.GetTimestamp();
            Tell($"somebody holds {table.Name}");
            return;
        }

        long own = Math.Min(rooms[worker], shares.Length > 1 ? MostBytesOfMany : MostBytes);
        rooms[worker] -= own;
        int count = index.FindUnmoved(_runs, ref own);
        rooms[worker] += own;
        if (count > 0)
        {
            shares[worker].Add(new MovedPart(index, table, slice, _parts.Tables.InsertInto(table, RowShape.Of(index.Kind)), _runs[..count]));
        }
    }

    private void Note(MovedPart part)
    {
        long messages = part.End - Math.Max(part.Index.MovedEnd, part.Runs[0].First);
        part.Index.Moved(part.End, part.Begun, _parts.Indexes.OldestBlock());
        Interlocked.Add(ref _moved, messages);
        _refused.Remove(part.Index);
    }

    private void PutBack(MessageIndex index)
    {
        index.Unnote();
        if (!index.HasUnmoved)
        {
            // What it waited with is gone, expired or purged: nothing of it is refused any more.
            _refused.Remove(index);
        }
        else if (index.TryNote())
        {
            _waiting.Enqueue(index);
        }
    }

    private bool IsRefused(MessageIndex index) =>
        _refused.TryGetValue(index, out long since) && _parts.Time.GetElapsedTime(since) < AfterRefusal;

    private void Upkeep(Connection connection)
    {
        lock (_gate)
        {
            if (!_wantsUpkeep)
            {
                return;
            }

            _wantsUpkeep = false;
        }

        while (_parts.Indexes.TryTakeOver(out MessageIndex? over))
        {
            bool isDropped = false;
            try
            {
                isDropped = _parts.Tables.TryDrop(connection, over!);
            }
            finally
            {
                if (!isDropped)
                {
                    _parts.Indexes.PutBackOver(over!);
                }
            }

            if (!isDropped)
            {
                break;
            }
        }

        _parts.Tables.DropDays(connection);
        _writer.Measure(connection);
    }

    private void TellBack()
    {
        if (_hasTold && _refused.Count == 0)
        {
            _hasTold = false;
            _parts.Told("Messages are taken to their tables again.");
        }
    }

    private void Tell(string why)
    {
        if (!_hasTold)
        {
            _hasTold = true;
            _parts.Told($"Messages stay in the log, from where they are delivered, and are not taken to their tables: {why}");
        }
    }

    private void Drop(DatabaseException failure)
    {
        Tell(failure.Message);
        _connection?.Dispose();
        _connection = null;
        _writer.Forget();
        _parts.Tables.Forget();
        foreach (MessageIndex index in _parts.Indexes.All)
        {
            index.ForgetMoved();
        }

        if (_current is { } current)
        {
            Blame(current, failure);
        }
    }

    // Its table is held, or somebody has changed it: the others go on without it.
    private void Blame(MessageIndex index, DatabaseException failure)
    {
        if (failure.Failure == DatabaseFailure.LockWait || !failure.MayPass())
        {
            _refused[index] = _parts.Time.GetTimestamp();
        }
    }

    private void Sleep(TimeSpan longest)
    {
        lock (_gate)
        {
            if (!_isEnding)
            {
                Monitor.Wait(_gate, longest);
            }
        }
    }
}
