using Forewave.Coordination.Routes;
using Forewave.Protocol;
using Forewave.Protocol.Routes;

namespace Forewave.Broker.Tests.Cluster;

/// <summary>A cluster whose table the test sets, and whose maps are over two partitions. Away: it makes no map.</summary>
internal sealed class FakeCluster(SlotMap first) : IClusterView
{
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RouteTable Routes { get; private set; } = RouteTable.Empty;

    public bool IsAway { get; set; }

    public Dictionary<QueueName, SlotMap> Maps { get; } = [];

    public void Set(RouteTable table)
    {
        Routes = table;
        TaskCompletionSource before = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        before.SetResult();
    }

    public async Task ChangedAsync(ulong known, CancellationToken cancellation)
    {
        while (Routes.Version == known)
            await _changed.Task.WaitAsync(cancellation);
    }

    public ValueTask<SlotMap> SlotsAsync(QueueName queue, CancellationToken cancellation)
    {
        if (IsAway)
            throw new ForewaveException(ErrorCode.CoordinationUnreachable);
        return new(Maps.TryGetValue(queue, out SlotMap? map) ? map : Maps[queue] = first);
    }

    public ValueTask<IReadOnlyDictionary<QueueName, SlotMap>> AdoptAsync(
        PartitionNumber partition, IReadOnlyCollection<QueueName> queues, CancellationToken cancellation)
    {
        foreach (QueueName queue in queues)
            Maps.TryAdd(queue, SlotMap.Spread([partition]));
        return new(Maps.Where(map => queues.Contains(map.Key)).ToDictionary());
    }
}
