using Forewave.Protocol;
using Forewave.Storage.Files.Pumps;

namespace Forewave.Storage.Files.ColdReads;

/// <summary>
/// A fixed set of threads for reads that memory cannot serve, and the bounded line before them. Thread-safe. A read that
/// throws fails for its caller alone.
/// </summary>
internal sealed class ColdReaders : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Queue<IColdRead> _waiting = new();
    private readonly SemaphoreSlim _places;
    private readonly List<IPump> _pumps = [];
    private long _reads;
    private bool _isClosed;

    public ColdReaders(IPumps pumps, FilesStoreOptions options)
    {
        _places = new SemaphoreSlim(options.ColdReadsWaiting);
        for (int i = 1; i <= options.ColdReaders; i++)
        {
            _pumps.Add(pumps.Start($"forewave-read-{i}", Step));
        }
    }

    /// <summary>Reads done so far.</summary>
    public long Reads => Volatile.Read(ref _reads);

    /// <summary>Runs a read on a reader thread; waits for a place in the line.</summary>
    public async Task<T> ReadAsync<T>(Func<T> read, CancellationToken cancellation)
    {
        await _places.WaitAsync(cancellation);
        try
        {
            ColdRead<T> waiting = new(read, cancellation);
            Add(waiting);
            return await waiting.Task;
        }
        finally
        {
            _places.Release();
        }
    }

    public void Dispose()
    {
        StoreException closed = new(ErrorCode.ShuttingDown, "The store is closing.");
        lock (_lock)
        {
            _isClosed = true;
            while (_waiting.TryDequeue(out IColdRead? read))
            {
                read.Refuse(closed);
            }
        }

        _pumps.ForEach(pump => pump.Dispose());
    }

    private void Add(IColdRead read)
    {
        bool isClosed;
        lock (_lock)
        {
            isClosed = _isClosed;
            if (!isClosed)
            {
                _waiting.Enqueue(read);
            }
        }

        if (isClosed)
        {
            read.Refuse(new StoreException(ErrorCode.ShuttingDown, "The store is closing."));
            return;
        }

        foreach (IPump pump in _pumps)
        {
            pump.Signal();
        }
    }

    private bool Step()
    {
        IColdRead? read;
        lock (_lock)
        {
            if (!_waiting.TryDequeue(out read))
            {
                return false;
            }
        }

        Interlocked.Increment(ref _reads);
        read.Run();
        return true;
    }
}
