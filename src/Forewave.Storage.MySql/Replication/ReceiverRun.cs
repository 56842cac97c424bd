using System.Globalization;
using System.Security.Cryptography;
using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;

namespace Forewave.Storage.MySql.Replication;

/// <summary>
/// The time in which a slave's database and its receiver go on without a break (decision 0051): in it nothing that was received can be
/// gone. A connection that was made before the receiver was started knows of the one, the receiver's thread id of the other.
/// <para>
/// For one thread. Once broken it stays so: the slave begins another run, with another name. What cannot be asked counts as broken.
/// </para>
/// </summary>
internal sealed class ReceiverRun : IDisposable
{
    private const int Looks = 300;

    private readonly Connection _watch;
    private long _receiver;
    private bool _isBroken;

    private ReceiverRun(Connection watch, string name, long receiver)
    {
        _watch = watch;
        Name = name;
        _receiver = receiver;
    }

    /// <summary>Its name, random: what inSync says.</summary>
    public string Name { get; }

    /// <summary>What to do with the database of this run; on the watching connection, so that nothing is done to another one.</summary>
    public SlaveDatabase Database => new(_watch);

    /// <summary>Begins a run: opens the watching connection, then starts the receiver anew.</summary>
    /// <exception cref="StoreException">ReplicationBroken: the receiver does not start.</exception>
    /// <exception cref="DatabaseException">The database is not there, or refused.</exception>
    public static ReceiverRun Begin(ConnectionOptions slave, MasterPlace master)
    {
        Connection watch = Connection.Open(slave);
        try
        {
            string name = RandomNumberGenerator.GetHexString(32, lowercase: true);
            new SlaveDatabase(watch).Follow(master);
            long receiver = Started(watch);
            return receiver > 0
                ? new ReceiverRun(watch, name, receiver)
                : throw new StoreException(ErrorCode.ReplicationBroken, $"The receiver of {slave} did not start: {new SlaveDatabase(watch).Status().Receiver}.");
        }
        catch
        {
            watch.Dispose();
            throw;
        }
    }

    /// <summary>Whether database and receiver went on since the beginning. Two round trips at most.</summary>
    public bool GoesOn()
    {
        try
        {
            _isBroken = _isBroken || Receiver(_watch) != _receiver || (_receiver == 0 && !Database.Status().Receiver.IsStopped);
        }
        catch (DatabaseException)
        {
            // Restarted, or cut off: which of them is not known, and the worse one is taken.
            _isBroken = true;
        }

        return !_isBroken;
    }

    /// <summary>Stops the receiver within the run: from here on it goes on as long as the database does and no receiver starts.</summary>
    /// <exception cref="StoreException">ReplicationBroken: the run was broken before, or the receiver does not stop.</exception>
    /// <exception cref="DatabaseException">The server refused, or the connection is lost: the run is over.</exception>
    public GtidList Fence()
    {
        // Between this look and the stop another receiver may have been started: then it is another run, and the thread id tells no more.
        if (!GoesOn())
        {
            throw new StoreException(ErrorCode.ReplicationBroken, $"Run {Name} is over: the database or its receiver was started again.");
        }

        GtidList received = Database.Fence();
        _receiver = 0;
        return received;
    }

    public void Dispose() => _watch.Dispose();

    // A thread shows in the list a moment after it was started; one that its master refused ends again.
    private static long Started(Connection connection)
    {
        long receiver = Receiver(connection);
        for (int look = 0; receiver == 0 && look < Looks; look++)
        {
            if (new SlaveDatabase(connection).Status().Receiver is { IsStopped: true, Error: not 0 })
            {
                return 0;
            }

            connection.Execute("DO SLEEP(0.01)");
            receiver = Receiver(connection);
        }

        return receiver;
    }

    // The thread of the receiver; 0 when there is none, less when there are several.
    private static long Receiver(Connection connection)
    {
        Dictionary<string, string> found = connection.ReadNamed("""
            SELECT COUNT(*) AS receivers, MAX(ID) AS thread FROM information_schema.PROCESSLIST WHERE USER = 'system user' AND COMMAND = 'Slave_IO'
            """);
        return found["receivers"] switch
        {
            "0" => 0,
            "1" => long.Parse(found["thread"], CultureInfo.InvariantCulture),
            _ => -1,
        };
    }
}
