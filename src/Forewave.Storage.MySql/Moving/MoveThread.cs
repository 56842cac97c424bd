using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;

namespace Forewave.Storage.MySql.Moving;

/// <summary>
/// A thread with a connection of its own that works while the mover's thread does. The connection is made for the first work and given up
/// when work fails. For the mover's thread, which begins work, and waits for its end before it begins the next or disposes.
/// </summary>
internal sealed class MoveThread : IDisposable
{
    private readonly object _gate = new();
    private readonly ConnectionOptions _options;
    private readonly Thread _thread;
    private Connection? _connection;
    private Action<Connection>? _work;
    private Exception? _failure;
    private bool _isEnding;

    public MoveThread(string name, ConnectionOptions options)
    {
        _options = options;
        _thread = new Thread(Run) { Name = name, IsBackground = true };
        _thread.Start();
    }

    public void Begin(Action<Connection> work)
    {
        lock (_gate)
        {
            _work = work;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits until the work is over; null: it is done, otherwise what it threw, and its connection is closed.</summary>
    public Exception? End()
    {
        lock (_gate)
        {
            while (_work is not null)
            {
                Monitor.Wait(_gate);
            }

            return _failure;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isEnding = true;
            Monitor.PulseAll(_gate);
        }

        _thread.Join();
    }

    private void Run()
    {
        while (Next() is { } work)
        {
            Exception? failure = Try(work);
            lock (_gate)
            {
                (_failure, _work) = (failure, null);
                Monitor.PulseAll(_gate);
            }
        }

        _connection?.Dispose();
    }

    private Action<Connection>? Next()
    {
        lock (_gate)
        {
            while (_work is null && !_isEnding)
            {
                Monitor.Wait(_gate);
            }

            return _work;
        }
    }

    private Exception? Try(Action<Connection> work)
    {
        try
        {
            _connection ??= Connection.Open(_options);
            work(_connection);
            return null;
        }
        catch (Exception failure)
        {
            // A transaction that was begun ends with its connection, and holds up nobody.
            _connection?.Dispose();
            _connection = null;
            return failure;
        }
    }
}
