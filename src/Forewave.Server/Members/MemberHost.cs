using Forewave.Coordination;
using Forewave.Coordination.Members;
using Forewave.Coordination.ZooKeeper;
using Forewave.Protocol;
using Forewave.Server.Http;
using Forewave.Storage.MySql.Replication;

namespace Forewave.Server.Members;

/// <summary>
/// A broker's part in its group, from its start to its end: one loop, owned by this. Disposing ends the part, with what it serves, and
/// then what its database has of threads.
/// </summary>
internal sealed class MemberHost : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly IDisposable? _database;
    private readonly GroupMember _member;
    private readonly Action<Exception> _faulted;
    private readonly MemberOptions _options;
    private Task _loop = Task.CompletedTask;
    private volatile string _says = "";

    /// <param name="options">Who it is.</param>
    /// <param name="zooKeeper">Where the group's record is.</param>
    /// <param name="database">The own database; where it is to be disposed, owned from now on.</param>
    /// <param name="service">Serves.</param>
    /// <param name="time">The clock.</param>
    /// <param name="faulted">Told when the loop ends by a fault of its own.</param>
    public MemberHost(
        MemberOptions options, ZooKeeperOptions zooKeeper, IMemberDatabase database, IMemberService service, TimeProvider time, Action<Exception> faulted)
    {
        _database = database as IDisposable;
        _faulted = faulted;
        _options = options;
        options = options with { Told = Tell };
        _member = new GroupMember(options, async end => await ZooKeeperSession.OpenAsync(zooKeeper, end), database, service, time);
    }

    /// <summary>Its name, and the partition of its group.</summary>
    public (string Broker, PartitionNumber Partition) Name => (_options.Broker, _options.Partition);

    /// <summary>What it told last of what it is and waits for; empty: nothing yet.</summary>
    public string Says => _says;

    /// <summary>How its database does; null where it has none that follows or is followed.</summary>
    public Func<CancellationToken, Task<GroupReport>>? Report { get; init; }

    /// <summary>Whether ZooKeeper answers over the broker's session. Never throws.</summary>
    public Task<bool> HearsAsync(CancellationToken cancellation) => _member.HearsAsync(cancellation);

    /// <summary>What it is now, for whoever asks whether it serves.</summary>
    public Readiness Role => _member.State switch
    {
        MemberState.Master => Readiness.Ready,
        MemberState.Slave => Readiness.Following,
        MemberState.TakingOver => Readiness.TakingOver,
        _ => Readiness.Waiting,
    };

    /// <summary>What it is now.</summary>
    public MemberState State => _member.State;

    /// <summary>The epoch of the record, as it was told last.</summary>
    public Epoch? Epoch => _member.View?.Group?.Record.Epoch;

    /// <summary>How many are in sync, as the record was told last.</summary>
    public int InSync => _member.View?.Group?.Record.InSync.Count ?? 0;

    /// <summary>Where clients find the master, in words.</summary>
    public string Where()
    {
        GroupView? view = _member.View;
        return view?.Master is { } master
            ? $"this broker does not serve the partition; the master is {master.Broker} at {master.Address}"
            : $"this broker does not serve the partition; {(view?.Group is { } group ? $"its master, {group.Record.Master}, is not there" : "it has no master yet")}";
    }

    /// <summary>Begins.</summary>
    public void Start() => _loop = Task.Run(RunAsync);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _loop;
        if (_database is not null)
            await Task.Run(_database.Dispose);
        _end.Dispose();
    }

    private void Tell(string text)
    {
        _says = text;
        _options.Told(text);
    }

    private async Task RunAsync()
    {
        try
        {
            await _member.RunAsync(_end.Token);
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            // As it was told.
        }
        catch (Exception fault)
        {
            _faulted(fault);
        }
    }
}
