using Forewave.Protocol;
using Forewave.Storage.MySql.Interop;

namespace Forewave.Storage.MySql.Connections;

/// <summary>
/// A thread with a connection of its own, that does one piece of work after the other: what blocks on the database blocks
/// here, never a thread of the pool. It connects when there is work, and again after a failure.
/// <para>
/// Thread-safe. What a piece of work throws is given to whoever asked for it and ends nothing else. Cancelling takes away what
/// has not begun; what has begun runs to its end or its time-out. Disposing finishes the piece in hand, refuses the others, and joins.
/// </para>
/// </summary>
internal sealed class DatabaseThread : IDisposable
{
    private readonly ConnectionOptions _options;
    private readonly Thread _thread;
    private readonly object _gate = new();
    private readonly Queue<DatabaseWork> _waiting = new();
    private readonly SemaphoreSlim _room;
    private Connection? _connection;
    private bool _isEnding;

    /// <summary>Starts the thread; it does not connect yet.</summary>
    /// <param name="name">Name of the thread.</param>
    /// <param name="options">Where to.</param>
    /// <param name="maxWaiting">How many pieces of work may wait; who comes after them waits for room.</param>
    public DatabaseThread(string name, ConnectionOptions options, int maxWaiting)
    {
        _options = options;
        _room = new SemaphoreSlim(maxWaiting);
        _thread = new Thread(Run) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>
    /// Does the work on the thread. Work that may be repeated is done once more on a new connection when the old one turns out
    /// to be lost: a server ends what was idle for long.
    /// </summary>
    /// <exception cref="DatabaseException">No connection could be made, or the work threw it.</exception>
    /// <exception cref="StoreException">ShuttingDown: the thread was disposed.</exception>
    public async Task<T> RunAsync<T>(Func<Connection, T> work, Repetition repetition, CancellationToken cancellation)
    {
        await _room.WaitAsync(cancellation);
        var piece = new DatabaseWork<T>(work, repetition, cancellation);
        lock (_gate)
        {
            if (_isEnding)
            {
                piece.Refuse(Ended());
            }
            else
            {
                _waiting.Enqueue(piece);
                Monitor.Pulse(_gate);
            }
        }

        try
        {
            return await piece.Completion;
        }
        finally
        {
            _room.Release();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isEnding = true;
            Monitor.Pulse(_gate);
        }

        if (Thread.CurrentThread != _thread)
        {
            _thread.Join();
        }
    }

    private void Run()
    {
        while (Next() is { } work)
        {
            Do(work);
        }

        _connection?.Dispose();
        lock (_gate)
        {
            foreach (DatabaseWork work in _waiting)
            {
                work.Refuse(Ended());
            }
        }
    }

    private DatabaseWork? Next()
    {
        lock (_gate)
        {
            while (_waiting.Count == 0 && !_isEnding)
            {
                Monitor.Wait(_gate);
            }

            return _isEnding ? null : _waiting.Dequeue();
        }
    }

    private void Do(DatabaseWork work)
    {
        bool isFresh = _connection is null;
        bool mayRepeat = work.Repetition == Repetition.Allowed && !isFresh;
        try
        {
            _connection ??= Connection.Open(_options);
        }
        catch (Exception failure)
        {
            work.Refuse(failure);
            return;
        }

        WorkOutcome outcome = work.Run(_connection, mayRepeat);
        if (outcome != WorkOutcome.Done || _connection.IsLost)
        {
            // A transaction that was begun ends with its connection, and holds up nobody.
            _connection.Dispose();
            _connection = null;
        }

        if (outcome == WorkOutcome.Again)
        {
            Do(work);
        }
    }

    private static StoreException Ended() => new(ErrorCode.ShuttingDown, "The store is closing.");
}
