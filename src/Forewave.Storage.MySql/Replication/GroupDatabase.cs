using System.Collections.Concurrent;
using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Log;

namespace Forewave.Storage.MySql.Replication;

/// <summary>
/// What a broker of a group does with its own database: follow the other one's, take over, stop (docs/replication.md).
/// <para>
/// Thread-safe; everything is done on one thread of its own, one after the other, which looks after the run between. Cancelling ends
/// the wait; what has begun goes on to its end before anything else. A throw leaves the step undone or done; each may be repeated.
/// Disposing ends the thread and leaves the database as it is.
/// </para>
/// </summary>
public sealed class GroupDatabase : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    private readonly BlockingCollection<Action> _work = [];
    private readonly CancellationTokenSource _end = new();
    private readonly SemaphoreSlim _reporting = new(1);
    private readonly MySqlStoreOptions _store;
    private readonly GroupPlace _place;
    private readonly Thread _thread;
    private readonly Action<string> _told;
    private readonly SettingWatch _settings;
    private ReceiverRun? _run;
    private CancellationTokenSource? _broken;
    private GtidList _received = GtidList.Empty;

    /// <summary>Starts its thread; nothing is connected yet.</summary>
    /// <param name="store">The store's own database.</param>
    /// <param name="peer">Where the other database is, and the account of replication, as <see cref="MySqlStoreOptions.Parse"/> reads it.</param>
    /// <param name="environment">Gives a variable of the environment.</param>
    /// <exception cref="FormatException">The words cannot be read.</exception>
    public GroupDatabase(MySqlStoreOptions store, string peer, Func<string, string?> environment)
    {
        _store = store;
        _place = GroupPlace.Parse(store, peer, environment);
        _told = store.Told;
        _settings = new SettingWatch(_place, EndWrong);
        _thread = new Thread(Run) { Name = "forewave-group", IsBackground = true };
        _thread.Start();
    }

    internal GroupPlace Place => _place;

    /// <summary>Reads the words of the other database's place; opens nothing.</summary>
    /// <exception cref="FormatException">They cannot be read.</exception>
    public static void Check(MySqlStoreOptions store, string peer, Func<string, string?> environment) => GroupPlace.Parse(store, peer, environment);

    /// <summary>The highest epoch of its fences; <see cref="Epoch.None"/> where no broker was ever.</summary>
    /// <exception cref="StoreException">The database is not there, or refused.</exception>
    public Task<Epoch> EpochAsync(CancellationToken cancellation) => DoAsync(
        () =>
        {
            // With the store's account: it alone may read the tables.
            using Connection connection = Connection.Open(GroupPlace.Soon(_store.Connection));
            return new Fences(_store.Names, _store.Partition).Highest(connection);
        },
        cancellation);

    /// <summary>Checks both databases' settings, then follows the other one in a new run.</summary>
    /// <exception cref="StoreException">
    /// ReplicationUnusable: settings, line by line. ReplicationBroken: this database has what the other one has not (a tail), or the receiver
    /// does not start. DatabaseUnreachable.
    /// </exception>
    public Task<FollowedRun> FollowAsync(CancellationToken cancellation) => DoAsync(
        () =>
        {
            Leave();
            using Connection own = Connection.Open(_place.OwnChanged);
            if (!FollowLock.Take(own, TimeSpan.Zero))
            {
                throw new StoreException(ErrorCode.ReplicationBroken, $"The database at {_place.Own.Place} is being made anew from the master's: waiting for its end.");
            }

            using (Connection peer = Connection.Open(_place.PeerLooked))
            {
                RequireNoTail(own, peer);
                own.Execute("STOP SLAVE");
                own.Execute("SET GLOBAL read_only = ON");
                own.Execute("SET GLOBAL rpl_semi_sync_slave_enabled = ON");
                SettingCheck.Correct(peer, own).Require();
            }

            _run = ReceiverRun.Begin(_place.OwnChanged, _place.Master);
            _settings.Begin(_run.Name);
            _broken = new CancellationTokenSource();
            return new FollowedRun(_run.Name, _broken.Token);
        },
        cancellation);

    /// <summary>The fence: from here on nobody gets an acknowledgement, or a proof, of anything new from here.</summary>
    /// <exception cref="StoreException">ReplicationBroken: the run is over, or the receiver does not stop.</exception>
    public Task FenceAsync(string run, CancellationToken cancellation) => DoAsync(
        () =>
        {
            _received = Require(run).Fence();
            return true;
        },
        cancellation);

    /// <summary>Applies all that was received, then forgets the master: as long as the lag.</summary>
    /// <exception cref="StoreException">ReplicationBroken: the run is over, or the applier stopped.</exception>
    public Task ApplyAsync(string run, CancellationToken cancellation) => DoAsync(
        () =>
        {
            ReceiverRun current = Require(run);
            current.Database.ApplyAll(_received, _end.Token);
            current.Database.Detach();
            return current.GoesOn() ? true : throw Over(run);
        },
        cancellation);

    /// <summary>
    /// How it stands, and how it stands to the other one. It needs no turn on the thread: up to 4 s on the thread pool, for one at a time. It
    /// never throws but for a cancellation.
    /// </summary>
    public async Task<GroupReport> ReportAsync(CancellationToken cancellation)
    {
        await _reporting.WaitAsync(cancellation);
        try
        {
            return await Task.Run(() => GroupLook.Ask(_store, _place), CancellationToken.None);
        }
        finally
        {
            _reporting.Release();
        }
    }

    /// <summary>
    /// Receives nothing more, applies what was received, as long as the lag, and follows nobody any more. Where the applier stands still,
    /// what it has not applied is gone.
    /// </summary>
    /// <exception cref="StoreException">The database is not there, or refused; ReplicationBroken: the applier stopped meanwhile.</exception>
    public Task FinishAsync(CancellationToken cancellation) => DoAsync(
        () =>
        {
            Leave();
            using Connection own = Connection.Open(_place.OwnChanged);
            SlaveDatabase database = new(own);
            if (database.Status() is { Applier.Runs: true })
            {
                database.ApplyAll(database.Fence(), _end.Token);
            }

            own.Execute("STOP SLAVE");
            own.Execute("RESET SLAVE ALL");
            return true;
        },
        cancellation);

    /// <summary>Follows nobody any more; what was received and not applied is gone.</summary>
    /// <exception cref="StoreException">The database is not there, or refused.</exception>
    public Task StopAsync(CancellationToken cancellation) => DoAsync(
        () =>
        {
            Leave();
            using Connection own = Connection.Open(_place.OwnChanged);
            own.Execute("STOP SLAVE");
            own.Execute("RESET SLAVE ALL");
            return true;
        },
        cancellation);

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        // First, for it hands over to the thread.
        _settings.Dispose();
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
        _end.Dispose();
        _reporting.Dispose();
        _broken?.Dispose();
    }

    private void Run()
    {
        while (!_work.IsCompleted)
        {
            if (_work.TryTake(out Action? work, Look))
            {
                work();
            }
            else
            {
                LookAfterRun();
            }
        }

        _run?.Dispose();
    }

    private void LookAfterRun()
    {
        if (_run is { } run && !run.GoesOn())
        {
            Leave();
        }
    }

    // The run is over, whatever the database does.
    private void Leave()
    {
        _settings.End();
        _broken?.Cancel();
        _run?.Dispose();
        _run = null;
    }

    // On the thread of the looks: a run whose settings were changed ends, for what happened meanwhile is not known.
    private void EndWrong((string Run, string Wrong) found)
    {
        _told(found.Wrong);
        _work.Add(() =>
        {
            if (_run?.Name == found.Run)
            {
                Leave();
            }
        });
    }

    private ReceiverRun Require(string run) => _run is { } current && current.Name == run && current.GoesOn() ? current : throw Over(run);

    private static StoreException Over(string run) =>
        new(ErrorCode.ReplicationBroken, $"Run {run} is over: the database or its receiver was started again.");

    // A master that was overtaken may have what nobody was answered (decision 0052): it must not follow with it.
    private void RequireNoTail(Connection own, Connection peer)
    {
        GtidList written = new MasterDatabase(own).Written();
        GtidList has = new MasterDatabase(peer).Has();
        if (!has.Covers(written))
        {
            throw new StoreException(
                ErrorCode.ReplicationBroken,
                $"This database has written {written} and the master's at {_place.Peer.Place} has {has}: it has a tail that was never answered, and cannot follow. What it is says 'forewave cluster tail'; with --make-anew this database becomes a copy of the master's, and follows.");
        }
    }

    private async Task<T> DoAsync<T>(Func<T> work, CancellationToken cancellation)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(
            () =>
            {
                try
                {
                    done.TrySetResult(work());
                }
                catch (DatabaseException failure)
                {
                    done.TrySetException(StoreFailures.OfOpening(failure, _place.Own));
                }
                catch (Exception failure)
                {
                    done.TrySetException(failure);
                }
            },
            cancellation);
        return await done.Task.WaitAsync(cancellation);
    }
}
