using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;

namespace Forewave.Storage.MySql.Reading;

/// <summary>
/// A fixed set of threads for reads that memory cannot serve, each with a connection. Thread-safe. While the database does not
/// answer a read waits for it: a consumer that lags must not be told that its messages are gone.
/// </summary>
internal sealed class DatabaseReaders : IDisposable
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);

    // A table that is locked is asked again later: meanwhile the threads serve the other queues.
    private static readonly TimeSpan TableWait = TimeSpan.FromSeconds(1);

    private readonly DatabaseThread[] _threads;
    private readonly CancellationTokenSource _closing = new();
    private readonly TimeProvider _time;
    private int _next;
    private long _reads;

    /// <param name="options">Where to.</param>
    /// <param name="settings">How many threads, and how many reads may wait.</param>
    /// <param name="time">Clock of the waits.</param>
    public DatabaseReaders(ConnectionOptions options, MySqlStoreOptions settings, TimeProvider time)
    {
        _time = time;
        _threads = [.. Enumerable.Range(1, settings.ColdReaders).Select(
            number => new DatabaseThread($"forewave-read-{number}", options with { TableWait = TableWait }, settings.ColdReadsWaiting / settings.ColdReaders))];
    }

    /// <summary>Reads done so far.</summary>
    public long Reads => Volatile.Read(ref _reads);

    /// <summary>Runs a read on a reader thread, again when the database was away.</summary>
    /// <exception cref="StoreException">ShuttingDown; or what the database refuses for good, as StoreUnavailable.</exception>
    public async Task<T> ReadAsync<T>(Func<Connection, T> read, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                DatabaseThread thread = _threads[(uint)Interlocked.Increment(ref _next) % (uint)_threads.Length];
                T found = await thread.RunAsync(read, Repetition.Allowed, cancellation);
                Interlocked.Increment(ref _reads);
                return found;
            }
            catch (DatabaseException failure) when (failure.MayPass())
            {
                await WaitAsync(cancellation);
            }
            catch (DatabaseException failure)
            {
                throw StoreFailures.OfReading(failure);
            }
        }
    }

    public void Dispose()
    {
        _closing.Cancel();
        foreach (DatabaseThread thread in _threads)
        {
            thread.Dispose();
        }
    }

    private async Task WaitAsync(CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closing.Token);
        try
        {
            await Task.Delay(BetweenTries, _time, either.Token);
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            throw StoreFailures.Closing();
        }
    }
}
