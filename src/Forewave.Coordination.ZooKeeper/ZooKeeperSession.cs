using System.Globalization;
using System.Runtime.CompilerServices;
using Forewave.Coordination.Routes;
using Forewave.Coordination.ZooKeeper.Interop;
using Forewave.Coordination.ZooKeeper.Nodes;
using Forewave.Coordination.ZooKeeper.Routes;
using Forewave.Protocol;
using Forewave.Protocol.Routes;

namespace Forewave.Coordination.ZooKeeper;

/// <summary>
/// A session with ZooKeeper, as <see cref="ICoordinationSession"/> says. Thread-safe. Nothing here runs on a thread of the library's
/// but what hands over, so nothing that the broker does can hold up its heartbeats. An exception leaves the session as it was.
/// </summary>
public sealed class ZooKeeperSession : ICoordinationSession, IClusterSession
{
    private readonly SessionStatus _status = new();
    private readonly NodeWatches _watches = new();
    private readonly NativeSession _native;

    private ZooKeeperSession(ZooKeeperOptions options) =>
        _native = new NativeSession(options.Servers, options.SessionTimeout, OnEvent);

    /// <inheritdoc/>
    public SessionState State => _status.State;

    /// <inheritdoc/>
    public TimeSpan Timeout => _native.Timeout;

    /// <inheritdoc/>
    public CancellationToken Ended => _status.Ended;

    /// <summary>Opens a session and waits until a server has it.</summary>
    /// <exception cref="ForewaveException">
    /// <see cref="ErrorCode.CoordinationUnreachable"/>: no server answered in time. <see cref="ErrorCode.NativeLibraryMissing"/>.
    /// </exception>
    /// <exception cref="ArgumentException">The list of servers cannot be read, or none of their names can be resolved.</exception>
    public static async ValueTask<ZooKeeperSession> OpenAsync(ZooKeeperOptions options, CancellationToken cancellation)
    {
        var session = new ZooKeeperSession(options);
        try
        {
            await session._status.WhenConnectedAsync(cancellation).AsTask().WaitAsync(options.OpenTimeout, options.Time, cancellation);
            return session;
        }
        catch (Exception failure)
        {
            await session.DisposeAsync();
            if (failure is TimeoutException)
                throw new ForewaveException(ErrorCode.CoordinationUnreachable, $"No server of ZooKeeper at {options.Servers} answered within {options.OpenTimeout}.");
            throw;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<SessionState> StatesAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            Task changed = _status.Changed;
            SessionState state = State;
            yield return state;
            if (state == SessionState.Expired)
                yield break;
            await changed.WaitAsync(cancellation);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> AnnounceAsync(
        PartitionNumber partition, BrokerRole role, BrokerAnnouncement announcement, CancellationToken cancellation)
    {
        string path = NodePaths.Server(partition, role, announcement.Broker);
        byte[] content = NodeContent.Write(announcement);
        while (true)
        {
            Reply made = await AskAsync(() => _native.CreateAsync(path, content, isEphemeral: true), cancellation);
            if (made.Code == ReturnCode.Ok)
                return true;
            if (made.Code == ReturnCode.NoNode)
            {
                await MakeAboveAsync(path, cancellation);
                continue;
            }

            Expect(made, ReturnCode.NodeExists, path);
            // It may be this session's own: the reply to an earlier request was lost, or it announced something else before.
            Reply there = await AskAsync(() => _native.GetAsync(path, isWatched: false), cancellation);
            if (there.Code == ReturnCode.NoNode)
                continue;
            Expect(there, ReturnCode.Ok, path);
            if (there.OwnerSession != _native.Number)
                return false;
            if (there.Content.AsSpan().SequenceEqual(content))
                return true;
            Reply set = await AskAsync(() => _native.SetAsync(path, content, there.Version), cancellation);
            if (set.Code == ReturnCode.Ok)
                return true;
        }
    }

    /// <inheritdoc/>
    public async ValueTask WithdrawAsync(PartitionNumber partition, BrokerRole role, CancellationToken cancellation)
    {
        if (role != BrokerRole.Waiting)
        {
            await WithdrawAsync(NodePaths.Server(partition, role), cancellation);
            return;
        }

        // Whose it is says the session, not the name.
        foreach (string name in await NamesAsync(NodePaths.Servers(partition), cancellation))
        {
            if (NodePaths.RoleOf(name) == BrokerRole.Waiting)
                await WithdrawAsync($"{NodePaths.Servers(partition)}/{name}", cancellation);
        }
    }

    /// <summary>
    /// The partitions that have a record, or a broker that announces itself, in the order of their numbers. As the connected server has them:
    /// it may lag.
    /// </summary>
    public async ValueTask<IReadOnlyList<PartitionNumber>> PartitionsAsync(CancellationToken cancellation)
    {
        var names = (await NamesAsync(NodePaths.Groups, cancellation)).Concat(await NamesAsync(NodePaths.AllServers, cancellation));
        return [.. names.Distinct().Select(name => ushort.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number) ? number : -1)
            .Where(number => number >= 0).Order().Select(number => new PartitionNumber((ushort)number))];
    }

    /// <summary>All brokers that announce themselves in a group, whatever they are. As the connected server has them: it may lag.</summary>
    /// <exception cref="ForewaveException"><see cref="ErrorCode.GroupRecordInvalid"/>: a node holds what this version cannot read.</exception>
    public async ValueTask<IReadOnlyList<PresentBroker>> PresentAsync(PartitionNumber partition, CancellationToken cancellation)
    {
        List<PresentBroker> present = [];
        foreach (string name in (await NamesAsync(NodePaths.Servers(partition), cancellation)).Order(StringComparer.Ordinal))
        {
            string path = $"{NodePaths.Servers(partition)}/{name}";
            if (NodePaths.RoleOf(name) is not { } role)
                continue;
            Reply there = await AskAsync(() => _native.GetAsync(path, isWatched: false), cancellation);
            // Gone since.
            if (there.Code == ReturnCode.Ok)
                present.Add(new PresentBroker(role, NodeContent.ReadServer(path, there.Content)));
        }

        return present;
    }

    private async Task<string[]> NamesAsync(string path, CancellationToken cancellation) =>
        (await AskAsync(() => _native.ChildrenAsync(path, isWatched: false), cancellation)).Names;

    private async Task WithdrawAsync(string path, CancellationToken cancellation)
    {
        Reply there = await AskAsync(() => _native.ExistsAsync(path, isWatched: false), cancellation);
        if (there.Code == ReturnCode.NoNode || there.OwnerSession != _native.Number)
            return;
        Reply gone = await AskAsync(() => _native.DeleteAsync(path, there.Version), cancellation);
        // Gone already: a request whose reply was lost.
        if (gone.Code != ReturnCode.NoNode)
            Expect(gone, ReturnCode.Ok, path);
    }

    /// <inheritdoc/>
    public ValueTask<GroupView> ReadAsync(PartitionNumber partition, CancellationToken cancellation) =>
        ReadAsync(partition, isWatched: false, cancellation);

    /// <inheritdoc/>
    public async ValueTask<SetResult> SetAsync(PartitionNumber partition, GroupRecord wanted, int? version, CancellationToken cancellation)
    {
        string path = NodePaths.Group(partition);
        byte[] content = NodeContent.Write(wanted, Guid.NewGuid());
        bool isSent = false;
        try
        {
            while (true)
            {
                await _status.WhenConnectedAsync(cancellation);
                isSent = true;
                Reply reply = Known(await RequestAsync(path, content, version).WaitAsync(cancellation), path);
                switch (reply.Code)
                {
                    case ReturnCode.Ok:
                        return new SetResult(SetOutcome.Done, new VersionedGroup(wanted, reply.Version));
                    case ReturnCode.NoNode when version is null:
                        await MakeAboveAsync(path, cancellation);
                        break;
                    case ReturnCode.NoNode:
                        return new SetResult(SetOutcome.Conflict, null);
                    case ReturnCode.BadVersion or ReturnCode.NodeExists:
                        return await LookAsync(path, content, cancellation);
                    default:
                        // The reply was lost. The same again: if it was done, its version stands in the way, and looking there finds it.
                        break;
                }
            }
        }
        catch (ForewaveException over) when (isSent && over.Code == ErrorCode.CoordinationExpired)
        {
            return new SetResult(SetOutcome.Unknown, null);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<GroupView> WatchAsync(PartitionNumber partition, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Bell bell = _watches.Add(
            [NodePaths.Group(partition), NodePaths.Server(partition, BrokerRole.Master), NodePaths.Server(partition, BrokerRole.Slave)]);
        try
        {
            while (true)
            {
                Task changed = bell.Next;
                yield return await ReadAsync(partition, isWatched: true, cancellation);
                await changed.WaitAsync(cancellation);
            }
        }
        finally
        {
            _watches.Remove(bell);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<RouteTable> WatchRoutesAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        RouteNodes nodes = new(GetAsync, ChildrenAsync);
        Bell bell = _watches.Add(nodes.Changed);
        try
        {
            RouteTable? told = null;
            while (true)
            {
                Task changed = bell.Next;
                await _status.WhenConnectedAsync(cancellation);
                Reply synced = Known(await _native.SyncAsync(NodePaths.Groups).WaitAsync(cancellation), NodePaths.Groups);
                // Where the connection was lost nothing was looked at, and what had changed is still noted.
                if (IsLost(synced.Code) || await nodes.ReadAsync(cancellation) is not { } table)
                    continue;
                if (table.Version != told?.Version)
                    yield return told = table;
                await changed.WaitAsync(cancellation);
            }
        }
        finally
        {
            _watches.Remove(bell);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<SlotMap?> SlotsAsync(QueueName queue, CancellationToken cancellation)
    {
        string path = NodePaths.Slots(queue);
        Reply there = await AskAsync(() => _native.GetAsync(path, isWatched: false), cancellation);
        return there.Code == ReturnCode.Ok ? NodeContent.ReadSlots(path, there.Content) : null;
    }

    /// <inheritdoc/>
    public async ValueTask<SlotMap> MakeSlotsAsync(QueueName queue, SlotMap first, CancellationToken cancellation)
    {
        string path = NodePaths.Slots(queue);
        byte[] content = NodeContent.Write(first);
        while (true)
        {
            if (await SlotsAsync(queue, cancellation) is { } there)
                return there;
            Reply made = await AskAsync(() => _native.CreateAsync(path, content, isEphemeral: false), cancellation);
            if (made.Code == ReturnCode.NoNode)
                await MakeAboveAsync(path, cancellation);
            else if (made.Code != ReturnCode.NodeExists)
                Expect(made, ReturnCode.Ok, path);
        }
    }

    /// <summary>Ends the session at its server too, so that what it announced goes at once; without a server, when it expires.</summary>
    public async ValueTask DisposeAsync()
    {
        await _status.DisposeAsync();
        _watches.Ring(null);
        await _native.DisposeAsync();
    }

    // On the library's thread.
    private void OnEvent(NativeState state, string? path)
    {
        if (path is null)
            _status.Tell(state);
        _watches.Ring(path);
    }

    private async ValueTask<GroupView> ReadAsync(PartitionNumber partition, bool isWatched, CancellationToken cancellation)
    {
        string group = NodePaths.Group(partition);
        while (true)
        {
            await _status.WhenConnectedAsync(cancellation);
            // Over one connection: what follows on another one could be older than what was waited for.
            Reply synced = Known(await _native.SyncAsync(group).WaitAsync(cancellation), group);
            if (synced.Code != ReturnCode.Ok)
                continue;
            Reply? record = await GetAsync(group, isWatched, cancellation);
            Reply? master = await GetAsync(NodePaths.Server(partition, BrokerRole.Master), isWatched, cancellation);
            Reply? slave = await GetAsync(NodePaths.Server(partition, BrokerRole.Slave), isWatched, cancellation);
            if (record is not { } r || master is not { } m || slave is not { } s)
                continue;
            return new GroupView
            {
                Group = r.Code == ReturnCode.Ok ? new VersionedGroup(NodeContent.ReadGroup(group, r.Content), r.Version) : null,
                Master = m.Code == ReturnCode.Ok ? NodeContent.ReadServer(NodePaths.Server(partition, BrokerRole.Master), m.Content) : null,
                Slave = s.Code == ReturnCode.Ok ? NodeContent.ReadServer(NodePaths.Server(partition, BrokerRole.Slave), s.Content) : null,
            };
        }
    }

    // A node's content, or that there is none; null: the connection was lost.
    private async Task<Reply?> GetAsync(string path, bool isWatched, CancellationToken cancellation)
    {
        while (true)
        {
            Reply there = Known(await _native.GetAsync(path, isWatched).WaitAsync(cancellation), path);
            if (there.Code == ReturnCode.NoNode && isWatched)
            {
                // Reading what is not there leaves no watch; asking whether it is there does.
                Reply exists = Known(await _native.ExistsAsync(path, isWatched: true).WaitAsync(cancellation), path);
                if (exists.Code == ReturnCode.Ok)
                    continue;
                there = exists;
            }

            return there.Code is ReturnCode.Ok or ReturnCode.NoNode ? there : null;
        }
    }

    // The names of the nodes below; none where there is no such node, whose coming is watched then. Null: the connection was lost.
    private async Task<Reply?> ChildrenAsync(string path, CancellationToken cancellation)
    {
        while (true)
        {
            Reply there = Known(await _native.ChildrenAsync(path, isWatched: true).WaitAsync(cancellation), path);
            if (there.Code == ReturnCode.NoNode)
            {
                Reply exists = Known(await _native.ExistsAsync(path, isWatched: true).WaitAsync(cancellation), path);
                if (exists.Code == ReturnCode.Ok)
                    continue;
                return exists.Code == ReturnCode.NoNode ? exists with { Names = [] } : null;
            }

            return there.Code == ReturnCode.Ok ? there : null;
        }
    }

    private Task<Reply> RequestAsync(string path, byte[] content, int? version) =>
        version is { } expected ? _native.SetAsync(path, content, expected) : _native.CreateAsync(path, content, isEphemeral: false);

    // What stands in the way of a set: itself, done before its reply was lost, or another one.
    private async Task<SetResult> LookAsync(string path, byte[] content, CancellationToken cancellation)
    {
        Reply there = await AskAsync(() => _native.GetAsync(path, isWatched: false), cancellation);
        if (there.Code == ReturnCode.NoNode)
            return new SetResult(SetOutcome.Conflict, null);
        Expect(there, ReturnCode.Ok, path);
        var current = new VersionedGroup(NodeContent.ReadGroup(path, there.Content), there.Version);
        return new SetResult(there.Content.AsSpan().SequenceEqual(content) ? SetOutcome.Done : SetOutcome.Conflict, current);
    }

    private async Task MakeAboveAsync(string path, CancellationToken cancellation)
    {
        foreach (string above in NodePaths.Above(path))
        {
            Reply made = await AskAsync(() => _native.CreateAsync(above, ReadOnlyMemory<byte>.Empty, isEphemeral: false), cancellation);
            if (made.Code != ReturnCode.NodeExists)
                Expect(made, ReturnCode.Ok, above);
        }
    }

    // A request that may be done twice: again, as often as the connection is lost under it.
    private async Task<Reply> AskAsync(Func<Task<Reply>> ask, CancellationToken cancellation)
    {
        while (true)
        {
            await _status.WhenConnectedAsync(cancellation);
            Reply reply = Known(await ask().WaitAsync(cancellation), "");
            if (!IsLost(reply.Code))
                return reply;
        }
    }

    private static bool IsLost(ReturnCode code) => code
        is ReturnCode.ConnectionLoss or ReturnCode.OperationTimeout or ReturnCode.SessionMoved or ReturnCode.Inconsistent;

    // What callers tell apart goes through; the rest has an end here.
    private static Reply Known(Reply reply, string path) => reply.Code switch
    {
        ReturnCode.Ok or ReturnCode.NoNode or ReturnCode.BadVersion or ReturnCode.NodeExists => reply,
        _ when IsLost(reply.Code) => reply,
        ReturnCode.SessionExpired or ReturnCode.InvalidState or ReturnCode.Closing or ReturnCode.AuthenticationFailed => throw SessionStatus.Expired(),
        _ => throw Refused(reply.Code, path),
    };

    private static void Expect(Reply reply, ReturnCode expected, string path)
    {
        if (reply.Code != expected)
            throw Refused(reply.Code, path);
    }

    private static ForewaveException Refused(ReturnCode code, string path) =>
        new(ErrorCode.CoordinationRefused, $"ZooKeeper answered {code} ({(int)code}) for the node {path}.");
}
