using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using Forewave.Client.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Protocol.Routes;

namespace Forewave.Client.Tests.Routing;

/// <summary>Brokers at addresses 10.0.0.{partition}:{7600 + epoch}, over memory. The real clock.</summary>
internal sealed class FakeNetwork
{
    private readonly ConcurrentDictionary<string, FakeNode> _nodes = new();
    private readonly ConcurrentQueue<Func<Task>> _waiting = new();

    public FakeNetwork(int partitions)
    {
        Nodes = [.. Enumerable.Range(0, partitions).Select(one => NodeOf(one, 1))];
        Routes = RouteTable.Of(Enumerable.Range(0, partitions).Select(one => RouteOf(one, 1)));
        Slots = SlotMap.Spread(Nodes.Select(node => node.Partition));
    }

    public List<FakeNode> Nodes { get; }

    public RouteTable Routes { get; private set; }

    public SlotMap Slots { get; }

    /// <summary>A client that was told the address of partition 0 alone.</summary>
    public ForewaveClientOptions Options => new()
    {
        Name = "test", Server = "10.0.0.0:7601", Network = ConnectAsync, ReconnectDelay = TimeSpan.FromMilliseconds(1), MaxReconnectDelay = TimeSpan.FromMilliseconds(20),
    };

    /// <summary>A partition has another master, and all brokers know it; the former one's connections stay as they are.</summary>
    public async Task<FakeNode> MoveAsync(int partition)
    {
        Nodes[partition] = NodeOf(partition, 2);
        await SetAsync(RouteTable.Of(Routes.Routes.Where(route => route.Partition.Value != partition).Append(RouteOf(partition, 2))));
        return Nodes[partition];
    }

    /// <summary>A slave at the address that the partition's next master will have.</summary>
    public FakeNode AddSlave(int partition)
    {
        FakeNode slave = NodeOf(partition, 2);
        slave.Mode = NodeMode.Slave;
        return slave;
    }

    /// <summary>There is one partition more.</summary>
    public Task GrowAsync()
    {
        int next = Nodes.Count;
        Nodes.Add(NodeOf(next, 1));
        return SetAsync(RouteTable.Of(Routes.Routes.Append(RouteOf(next, 1))));
    }

    /// <summary>Nobody is at a partition's address any more.</summary>
    public Task RemoveAsync(int partition)
    {
        _nodes.TryRemove(RouteOf(partition, 1).Address, out FakeNode? node);
        return node!.BreakAsync();
    }

    public void WhenChanged(Func<Task> answer) => _waiting.Enqueue(answer);

    private async Task SetAsync(RouteTable table)
    {
        Routes = table;
        while (_waiting.TryDequeue(out Func<Task>? answer))
        {
            try
            {
                await answer();
            }
            catch (InvalidOperationException)
            {
                // The connection of who waited has ended.
            }
        }
    }

    private FakeNode NodeOf(int partition, uint epoch) =>
        _nodes[RouteOf(partition, epoch).Address] = new FakeNode(this, new PartitionNumber((ushort)partition), new Epoch(epoch));

    private static Route RouteOf(int partition, uint epoch) => new(new PartitionNumber((ushort)partition), $"10.0.0.{partition}:{7600 + epoch}", new Epoch(epoch));

    private ValueTask<IDuplexPipe?> ConnectAsync(EndPoint place, CancellationToken cancellation)
    {
        if (!_nodes.TryGetValue($"{place}", out FakeNode? node))
        {
            throw new IOException("nobody is there");
        }

        (MemoryPipe broker, MemoryPipe client) = MemoryPipe.Pair();
        node.Serve(new FakeConnection(broker));
        return new ValueTask<IDuplexPipe?>(client);
    }
}
