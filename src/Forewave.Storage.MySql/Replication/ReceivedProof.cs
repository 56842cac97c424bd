using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Log;

namespace Forewave.Storage.MySql.Replication;

/// <summary>
/// The rule of the answer (decision 0050): a commit is proven when the slave's database says that it received it, asked after the
/// commit; or when the group's record names no slave. Until the broker has said which of them holds, nothing is proven.
/// <para>
/// Thread-safe, but for one waiter at a time. A thread of its own asks the slave over a connection of its own, and only while somebody
/// waits; what it is told serves every commit up to there. A slave that cannot be asked proves nothing: the broker sees for how long in
/// <see cref="Waiting"/>, takes it out of the record, and then releases. Disposing ends the thread.
/// </para>
/// </summary>
internal sealed class ReceivedProof : ICommitProof, IDisposable
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly object _gate = new();
    private readonly TimeProvider _time;
    private readonly Thread _thread;
    private Connection? _connection;
    private ConnectionOptions? _slave;
    private GtidList _received = GtidList.Empty;
    private StoreException? _forbidden;
    private Gtid? _wanted;
    private long _wantedSince;
    private bool _isWaitedFor;
    private bool _isReleased;
    private bool _isEnding;
    private volatile int _reached = (int)Durability.MasterSynced;

    public ReceivedProof(TimeProvider time)
    {
        _time = time;
        _thread = new Thread(Run) { Name = "forewave-received", IsBackground = true };
        _thread.Start();
    }

    /// <inheritdoc/>
    public Durability Reached => (Durability)_reached;

    /// <summary>Told of each proof by the slave how long it took from the commit on. Default: nobody is.</summary>
    public Action<TimeSpan> Proven { get; set; } = static _ => { };

    /// <inheritdoc/>
    public void Note(TimeSpan sinceCommit)
    {
        if (Reached == Durability.SlaveReceived)
        {
            Proven(sinceCommit);
        }
    }

    /// <summary>For how long the oldest commit without a proof has waited; zero when none does.</summary>
    public TimeSpan Waiting
    {
        get
        {
            lock (_gate)
            {
                return _wanted is null ? TimeSpan.Zero : _time.GetElapsedTime(_wantedSince);
            }
        }
    }

    /// <summary>From now on commits need this slave: called before the set that adds it to the record is sent.</summary>
    public void Need(ConnectionOptions slave)
    {
        lock (_gate)
        {
            _slave = slave with { ReadTimeout = Patience, ConnectTimeout = Patience, WriteTimeout = Patience };
            _received = GtidList.Empty;
            _isReleased = false;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Commits need no slave any more, those that wait too: called when the set that names none is known to be done.</summary>
    public void Release()
    {
        lock (_gate)
        {
            _slave = null;
            _isReleased = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Nothing is proven any more: another broker is the master. What waits is answered with this.</summary>
    public void Forbid(StoreException reason)
    {
        lock (_gate)
        {
            _forbidden = reason;
            Monitor.PulseAll(_gate);
        }
    }

    /// <inheritdoc/>
    public bool TryAwait(Gtid commit, TimeSpan longest)
    {
        lock (_gate)
        {
            long begin = _time.GetTimestamp();
            Want(commit, begin);
            while (!IsProven(commit))
            {
                TimeSpan left = longest - _time.GetElapsedTime(begin);
                if (left <= TimeSpan.Zero || !Monitor.Wait(_gate, left))
                {
                    _isWaitedFor = false;
                    return false;
                }
            }

            (_wanted, _isWaitedFor) = (null, false);
            return true;
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
        _connection?.Dispose();
    }

    private void Want(Gtid commit, long now)
    {
        if (_wanted != commit)
        {
            (_wanted, _wantedSince) = (commit, now);
        }

        _isWaitedFor = true;
        Monitor.PulseAll(_gate);
    }

    private bool IsProven(Gtid commit)
    {
        if (_forbidden is not null)
        {
            throw _forbidden;
        }

        if (_isReleased)
        {
            _reached = (int)Durability.MasterSynced;
            return true;
        }

        bool isReceived = _received.Covers(commit);
        if (isReceived)
        {
            _reached = (int)Durability.SlaveReceived;
        }

        return isReceived;
    }

    private void Run()
    {
        ConnectionOptions? asked = null;
        TimeSpan pause = ShortestPause;
        while (Next() is { } slave)
        {
            if (!ReferenceEquals(slave, asked))
            {
                Drop();
                asked = slave;
            }

            pause = Note(slave, Ask(slave)) ? ShortestPause : Rest(pause);
        }
    }

    private ConnectionOptions? Next()
    {
        lock (_gate)
        {
            while (!_isEnding && !(_isWaitedFor && _slave is not null && !_isReleased))
            {
                Monitor.Wait(_gate);
            }

            return _isEnding ? null : _slave;
        }
    }

    private GtidList? Ask(ConnectionOptions slave)
    {
        try
        {
            _connection ??= Connection.Open(slave);
            return new SlaveDatabase(_connection).Received();
        }
        catch (Exception failure) when (failure is DatabaseException or StoreException)
        {
            // It says nothing, so it proves nothing; how long that may last is the broker's decision.
            Drop();
            return null;
        }
    }

    // Whether what is waited for is received by now.
    private bool Note(ConnectionOptions slave, GtidList? received)
    {
        lock (_gate)
        {
            // Asked before the last Need, it may be of a run that is over, whose receipts were wiped: the same server is not the same run.
            if (received is null || !ReferenceEquals(slave, _slave))
            {
                return false;
            }

            _received = received;
            Monitor.PulseAll(_gate);
            bool isEnough = _wanted is not { } wanted || received.Covers(wanted);
            // Who waited for it goes on, and says when there is something else.
            _isWaitedFor = !isEnough;
            return isEnough;
        }
    }

    // Woken by whatever happens meanwhile.
    private TimeSpan Rest(TimeSpan pause)
    {
        lock (_gate)
        {
            if (!_isEnding)
            {
                Monitor.Wait(_gate, pause);
            }
        }

        return pause * 2 < LongestPause ? pause * 2 : LongestPause;
    }

    private void Drop()
    {
        _connection?.Dispose();
        _connection = null;
    }
}
