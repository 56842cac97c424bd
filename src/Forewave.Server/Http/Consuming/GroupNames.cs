using System.Collections.Concurrent;
using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Server.Http.Consuming;

/// <summary>
/// Knows the numbers of groups by their names, so that a handle is taken only under the path of its own queue and group: who may
/// consume from one queue may not settle the messages of another. Remembers what it asked; bounded. Thread-safe.
/// </summary>
internal sealed class GroupNames(HttpLinks links)
{
    private const int MostKnown = 16 * 1024;
    private readonly ConcurrentDictionary<(QueueName Queue, GroupName Group), GroupIds> _known = new();

    /// <summary>The numbers of a group; asked for where a handle has others than those that are remembered.</summary>
    /// <exception cref="ForewaveException"><c>QueueNotFound</c>, <c>GroupNotFound</c>.</exception>
    public async ValueTask<GroupIds> FindAsync(QueueName queue, GroupName group, IReadOnlyList<GroupIds> handles, CancellationToken cancellation)
    {
        if (_known.TryGetValue((queue, group), out var ids) && handles.All(handle => handle == ids))
            return ids;
        // Not known, or deleted and made again since: one question, however many handles are wrong.
        return await AskAsync(queue, group, cancellation);
    }

    private async ValueTask<GroupIds> AskAsync(QueueName queue, GroupName group, CancellationToken cancellation)
    {
        using var turn = links.Take();
        V1.AdministrationRequest showQueue = new() { ShowQueue = new() { Queue = queue.Value } };
        V1.AdministrationRequest showGroup = new() { ShowGroup = new() { Queue = queue.Value, Group = group.Value } };
        uint queueId = (await turn.Desk.Calls.AskAsync(showQueue, cancellation)).Queue.QueueId;
        uint groupId = (await turn.Desk.Calls.AskAsync(showGroup, cancellation)).Group.GroupId;
        if (_known.Count >= MostKnown)
            _known.Clear();
        return _known[(queue, group)] = new GroupIds(new QueueId(queueId), new GroupId(groupId));
    }
}
