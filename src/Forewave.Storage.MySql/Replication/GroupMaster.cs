using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;

namespace Forewave.Storage.MySql.Replication;

/// <summary>
/// The databases' side of a broker that serves its group's partition: the proof that the store's answers wait for, semi-synchronous
/// replication on or off, and how far the slave is.
/// <para>
/// Thread-safe. Two threads of its own look every 100 ms, each over a connection of its own: one at the own database, one at the slave's;
/// neither holds the other up. What does not answer is asked again. Disposing forbids every answer, and ends the threads.
/// </para>
/// </summary>
public sealed class GroupMaster : IDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan CloseEnough = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestUnheard = TimeSpan.FromSeconds(2);

    private readonly object _gate = new();
    private readonly TimeProvider _time;
    private readonly GroupPlace _place;
    private readonly ReceivedProof _proof;
    private readonly Thread _ownLooks;
    private readonly Thread _slaveLooks;
    private GtidList _received = GtidList.Empty;
    private GtidList? _wanted;
    private GtidList? _before;
    private long _wantedSince;
    private long _ownHeard;
    private long _slaveHeard;
    private long _slaveReceived;
    private long _need;
    private bool _needsSlave;
    private bool _receives;
    private bool _hasAll;
    private bool _isEnding;

    private GroupMaster(GroupPlace place, TimeProvider time)
    {
        _place = place;
        _time = time;
        _proof = new ReceivedProof(time);
        _proof.Release();
        _ownHeard = _slaveHeard = _slaveReceived = time.GetTimestamp();
        _ownLooks = new Thread(LookAtOwn) { Name = "forewave-own", IsBackground = true };
        _slaveLooks = new Thread(LookAtSlave) { Name = "forewave-slave", IsBackground = true };
    }

    /// <summary>For how long the own database has not answered.</summary>
    public TimeSpan OwnSilence => Read(() => _time.GetElapsedTime(_ownHeard));

    /// <summary>The clock's timestamp of the last question to the slave's database that was answered with: it receives.</summary>
    public long SlaveReceived => Read(() => _slaveReceived);

    /// <summary>Told of each proof how long it took from the commit on; on a thread of the store: short, not throwing.</summary>
    public Action<TimeSpan> Proven
    {
        set => _proof.Proven = value;
    }

    /// <summary>For how long something that is committed has waited for the slave's receipt; zero when nothing does.</summary>
    public TimeSpan SlaveSilence => Read(() => _wanted is null ? TimeSpan.Zero : _time.GetElapsedTime(_wantedSince));

    /// <summary>Its database receives, and had all a moment ago.</summary>
    public bool SlaveIsClose => Read(() => IsReceiving() && (_wanted is null || _time.GetElapsedTime(_wantedSince) < CloseEnough));

    /// <summary>Asked after the last <see cref="Need"/>, its database has said that it received all that was committed before.</summary>
    public bool SlaveHasAll => Read(() => _hasAll && IsReceiving());

    /// <summary>What the last answer was worth.</summary>
    public Durability Reached => _proof.Reached;

    /// <summary>Makes a database the one that is written, alone; the store is opened after it.</summary>
    /// <exception cref="StoreException">DatabaseUnreachable, or it refused.</exception>
    public static GroupMaster Begin(GroupDatabase database, TimeProvider time)
    {
        try
        {
            using Connection own = Connection.Open(database.Place.OwnLooked);
            new SlaveDatabase(own).TakeWrites();
        }
        catch (DatabaseException failure)
        {
            throw StoreFailures.OfOpening(failure, database.Place.Own);
        }

        GroupMaster master = new(database.Place, time);
        master._ownLooks.Start();
        master._slaveLooks.Start();
        return master;
    }

    /// <summary>Options of a store that answers by this proof, under the epoch that the record gave.</summary>
    public MySqlStoreOptions Prove(MySqlStoreOptions store, Epoch epoch) => store with { Proof = _proof, Epoch = epoch };

    /// <summary>From now on nothing is answered that the slave has not received.</summary>
    public void Need()
    {
        // First the proof: what is answered after it is covered by it, what was answered before is in what is written by now.
        _proof.Need(_place.Peer);
        lock (_gate)
        {
            (_needsSlave, _hasAll, _before) = (true, false, null);
            _need++;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>From now on nobody's receipt is waited for. Only when the record is known to name no slave.</summary>
    public void GoAlone()
    {
        _proof.Release();
        lock (_gate)
        {
            _needsSlave = false;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Nothing is answered any more.</summary>
    public void Forbid() => _proof.Forbid(new StoreException(ErrorCode.NotOwner, "This broker is not the master any more."));

    /// <inheritdoc/>
    public void Dispose()
    {
        Forbid();
        lock (_gate)
        {
            _isEnding = true;
            Monitor.PulseAll(_gate);
        }

        _ownLooks.Join();
        _slaveLooks.Join();
        _proof.Dispose();
    }

    private T Read<T>(Func<T> read)
    {
        lock (_gate)
        {
            return read();
        }
    }

    private bool IsReceiving() => _receives && _time.GetElapsedTime(_slaveHeard) < LongestUnheard;

    private void LookAtOwn()
    {
        Connection? own = null;
        bool? isOn = null;
        while (Next(out bool needsSlave, out long need))
        {
            try
            {
                own ??= Connection.Open(_place.OwnLooked);
                MasterDatabase database = new(own);
                if (isOn is null)
                {
                    // Its server may have started anew, with what its configuration says.
                    new SlaveDatabase(own).TakeWrites();
                }

                if (isOn != needsSlave)
                {
                    Switch(database, needsSlave);
                    isOn = needsSlave;
                }

                Note(database.Written(), need);
            }
            catch (Exception failure) when (failure is DatabaseException or StoreException)
            {
                // For how long it does not answer is seen by whoever asks.
                own?.Dispose();
                (own, isOn) = (null, null);
            }
        }

        own?.Dispose();
    }

    private static void Switch(MasterDatabase database, bool needsSlave)
    {
        if (needsSlave)
        {
            database.NeedSlave();
        }
        else
        {
            database.ReleaseSlave();
        }
    }

    private void LookAtSlave()
    {
        Connection? slave = null;
        while (Next(out _, out long need))
        {
            try
            {
                GtidList? before = Read(() => _need == need ? _before : null);
                slave ??= Connection.Open(_place.PeerLooked);
                long asked = _time.GetTimestamp();
                Note(new SlaveDatabase(slave).Status(), before, asked);
            }
            catch (Exception failure) when (failure is DatabaseException or StoreException)
            {
                slave?.Dispose();
                slave = null;
            }
        }

        slave?.Dispose();
    }

    private bool Next(out bool needsSlave, out long need)
    {
        lock (_gate)
        {
            if (!_isEnding)
            {
                Monitor.Wait(_gate, Pace);
            }

            (needsSlave, need) = (_needsSlave, _need);
            return !_isEnding;
        }
    }

    private void Note(GtidList written, long need)
    {
        lock (_gate)
        {
            _ownHeard = _time.GetTimestamp();
            if (need == _need)
            {
                _before ??= written;
            }

            // What another server wrote last, before this one's first write, the slave's position never names once it has more.
            bool isOvertaken = _wanted is { } wanted && !written.Covers(wanted);
            if (isOvertaken || (_wanted is null && !_received.Covers(written)))
            {
                (_wanted, _wantedSince) = (written, _ownHeard);
            }
        }
    }

    private void Note(ReplicationStatus status, GtidList? before, long asked)
    {
        lock (_gate)
        {
            _slaveHeard = asked;
            _slaveReceived = status.Receiver.Runs ? asked : _slaveReceived;
            _receives = status.Receiver.Runs;
            _received = status.Received;
            _hasAll |= before is not null && ReferenceEquals(before, _before) && _received.Covers(before);
            if (_wanted is not null && _received.Covers(_wanted))
            {
                _wanted = null;
            }
        }
    }
}
