using Forewave.Protocol;
using Forewave.Storage.Backups;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Pumps;

namespace Forewave.Storage.Files.Backups;

/// <summary>
/// Backups of a store that runs: one at a time, on a thread of its own that sleeps when it has ended, at a bounded rate. Thread-safe.
/// Disposing ends the one that runs and joins its thread.
/// </summary>
internal sealed class BackupRunner : IBackups, IDisposable
{
    private const long LeastBytesPerSecond = 64 * 1024;

    private readonly Lock _lock = new();
    private readonly Func<IDisk>? _openFolder;
    private readonly Action<BackupProgress>? _ended;
    private readonly IBackupSource _source;
    private readonly IPumps _pumps;
    private readonly TimeProvider _time;
    private BackupProgress _last = BackupProgress.None;
    private BackupRun? _run;
    private bool _isClosed;

    /// <param name="options">The store's: which folder, and who is told.</param>
    /// <param name="source">The store's folder.</param>
    /// <param name="pumps">Where threads come from.</param>
    /// <param name="time">The clock.</param>
    public BackupRunner(FilesStoreOptions options, IBackupSource source, IPumps pumps, TimeProvider time)
    {
        _openFolder = options.BackupFolder;
        _ended = options.BackupEnded;
        _source = source;
        _pumps = pumps;
        _time = time;
    }

    /// <inheritdoc/>
    public BackupProgress Current
    {
        get
        {
            lock (_lock)
            {
                return _run?.Progress ?? _last;
            }
        }
    }

    /// <inheritdoc/>
    public BackupProgress Begin(long bytesPerSecond)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytesPerSecond, LeastBytesPerSecond);
        lock (_lock)
        {
            if (_openFolder is null)
            {
                throw new StoreException(ErrorCode.BackupOff, "The broker was started without a folder for backups. Set backupFolder, and start it again.");
            }

            if (_run is { Progress.State: BackupState.Running } running)
            {
                throw new StoreException(ErrorCode.BackupRunning, $"Backup {running.Progress.Number} is being taken. Wait for it, or cancel it.");
            }

            ObjectDisposedException.ThrowIf(_isClosed, this);
            _run?.Dispose();
            _run = new BackupRun(new BackupJob(_source, new BackupFolder(Open()), _time), _time, bytesPerSecond) { Ended = _ended };
            _run.Start(_pumps);
            return _run.Progress;
        }
    }

    /// <inheritdoc/>
    public bool Cancel()
    {
        lock (_lock)
        {
            return _run?.Cancel() ?? false;
        }
    }

    public void Dispose()
    {
        BackupRun? run;
        lock (_lock)
        {
            _isClosed = true;
            run = _run;
        }

        run?.Cancel();
        run?.Dispose();
        lock (_lock)
        {
            _last = run?.Progress ?? _last;
            _run = null;
        }
    }

    private IDisk Open()
    {
        try
        {
            return _openFolder!();
        }
        catch (DiskException failure)
        {
            throw BackupFailures.Of(failure);
        }
    }
}
