using System.Collections.Concurrent;
using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Server.Http.Consuming;

/// <summary>
/// Knows the numbers of groups by their names, so that a handle is taken only under the path of its own queue and group: who may
/// consume from one queue may not settle the messages of another. Each partition has numbers of its own. Remembers what it asked; bounded.
/// Thread-safe.
/// </summary>
internal sealed class GroupNames(HttpLinks links)
{
    private const int MostKnown = 16 * 1024;
    private readonly ConcurrentDictionary<(PartitionNumber? Partition, QueueName Queue, GroupName Group), GroupIds> _known = new();

    /// <summary>The numbers of a group at a partition; asked for where a handle has others than those that are remembered.</summary>
    /// <param name="of">The queue and its group.</param>
    /// <param name="partition">That of the handles; null: there is none, and the group is to be there at all.</param>
    /// <param name="handles">What the handles have.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ForewaveException"><c>QueueNotFound</c>, <c>GroupNotFound</c>.</exception>
    public async ValueTask<GroupIds> FindAsync(
        (QueueName Queue, GroupName Group) of, PartitionNumber? partition, IEnumerable<GroupIds> handles, CancellationToken cancellation)
    {
        if (_known.TryGetValue((partition, of.Queue, of.Group), out var ids) && handles.All(handle => handle == ids))
            return ids;
        // Not known, or deleted and made again since: one question, however many handles are wrong.
        return await AskAsync(of, partition, cancellation);
    }

    private async ValueTask<GroupIds> AskAsync((QueueName Queue, GroupName Group) of, PartitionNumber? partition, CancellationToken cancellation)
    {
        using var turn = links.Take(partition);
        V1.AdministrationRequest showQueue = new() { ShowQueue = new() { Queue = of.Queue.Value } };
        V1.AdministrationRequest showGroup = new() { ShowGroup = new() { Queue = of.Queue.Value, Group = of.Group.Value } };
        uint queueId = (await turn.Calls.AskAsync(showQueue, cancellation)).Queue.QueueId;
        uint groupId = (await turn.Calls.AskAsync(showGroup, cancellation)).Group.GroupId;
        if (_known.Count >= MostKnown)
            _known.Clear();
        return _known[(partition, of.Queue, of.Group)] = new GroupIds(new QueueId(queueId), new GroupId(groupId));
    }
}
