namespace Forewave.Broker.Sessions;

/// <summary>
/// The memory that frames of all connections take while they come in, as one budget. Whoever finds no room waits in line and
/// is not read meanwhile: the peer's TCP holds it up, nothing is dropped. Thread-safe; never throws but for a cancelled wait.
/// </summary>
internal sealed class FrameMemory
{
    /// <summary>Frames up to here take no part: a connection may always have so much.</summary>
    public const int FreeBytes = 16 * 1024;

    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _line = new();
    private readonly long _maxBytes;
    private long _bytes;

    /// <param name="maxBytes">The budget; one frame gets its memory even if it is larger.</param>
    public FrameMemory(long maxBytes) => _maxBytes = maxBytes;

    /// <summary>Bytes that are taken.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>How many wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
                return _line.Count;
        }
    }

    /// <summary>Takes memory, at once or when those before have got theirs.</summary>
    /// <exception cref="OperationCanceledException">Nothing was taken.</exception>
    public async Task TakeAsync(int bytes, CancellationToken cancellation)
    {
        LinkedListNode<Waiter> waiting;
        lock (_lock)
        {
            if (_line.Count == 0 && Fits(bytes))
            {
                _bytes += bytes;
                return;
            }
            waiting = _line.AddLast(new Waiter(bytes, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
        }
        await using var registration = cancellation.Register(() => Leave(waiting, cancellation));
        await waiting.Value.Taken.Task;
    }

    /// <summary>Gives memory back.</summary>
    public void Give(int bytes)
    {
        lock (_lock)
        {
            _bytes -= bytes;
            LetIn();
        }
    }

    private void Leave(LinkedListNode<Waiter> waiting, CancellationToken cancellation)
    {
        lock (_lock)
        {
            // It may have got its memory a moment ago: then it has to give it back like anybody.
            if (waiting.List is null)
                return;
            _line.Remove(waiting);
            waiting.Value.Taken.TrySetCanceled(cancellation);
            LetIn();
        }
    }

    private void LetIn()
    {
        while (_line.First is { } first && Fits(first.Value.Bytes))
        {
            _line.RemoveFirst();
            _bytes += first.Value.Bytes;
            first.Value.Taken.TrySetResult();
        }
    }

    private bool Fits(int bytes) => _bytes == 0 || _bytes + bytes <= _maxBytes;

    private readonly record struct Waiter(int Bytes, TaskCompletionSource Taken);
}
