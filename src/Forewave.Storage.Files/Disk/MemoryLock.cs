namespace Forewave.Storage.Files.Disk;

/// <summary>The lock of a data folder in memory; disposing it a second time does nothing.</summary>
internal sealed class MemoryLock(Action release) : IDisposable
{
    private Action? _release = release;

    public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
}
