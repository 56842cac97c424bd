namespace Forewave.Storage.Files.ColdReads;

/// <summary>One read that waits for a reader thread.</summary>
internal sealed class ColdRead<T> : IColdRead
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<T> _read;
    private readonly CancellationToken _cancellation;

    public ColdRead(Func<T> read, CancellationToken cancellation)
    {
        _read = read;
        _cancellation = cancellation;
    }

    public Task<T> Task => _done.Task;

    public void Run()
    {
        if (_cancellation.IsCancellationRequested)
        {
            _done.TrySetCanceled(_cancellation);
            return;
        }

        try
        {
            _done.TrySetResult(_read());
        }
        catch (Exception failure)
        {
            _done.TrySetException(failure);
        }
    }

    public void Refuse(StoreException failure) => _done.TrySetException(failure);
}
