using System.Collections.Immutable;
using Forewave.Client.Connections;
using Forewave.Client.Routing;
using Forewave.Protocol;

namespace Forewave.Client.Producing.Sequenced;

/// <summary>
/// Publishes under producer ids and sequences that its owner keeps in a place of its own: an outbox. It gathers nothing, gives no sequence and
/// repeats nothing by itself; who wants a message stored once sends it again under the sequence that it had. Thread-safe.
/// </summary>
internal sealed class SequencedProducer : IPartitioned, IAsyncDisposable
{
    private readonly PartitionLinks _links;
    private readonly ProducerName _name;
    private readonly ForewaveClientOptions _client;
    private readonly Lock _lock = new();
    private readonly List<SequencedLane> _lanes = [];
    private ImmutableArray<PartitionLink> _places = [];

    public SequencedProducer(PartitionLinks links, ProducerName name, ForewaveClientOptions client)
    {
        (_links, _name, _client) = (links, name, client);
        links.Join(this);
    }

    /// <summary>The partitions that there are; waits for the first connection.</summary>
    /// <exception cref="ForewaveException">Timeout: there is no connection within the client's request timeout.</exception>
    public async ValueTask<IReadOnlyList<PartitionNumber>> PartitionsAsync(CancellationToken cancellation)
    {
        if (_places is not [{ Partition: null }])
        {
            return [.. _places.Select(place => place.Partition!.Value)];
        }

        Connection first = await _links.First.Link.ConnectionAsync(_client.RequestTimeout, cancellation).ConfigureAwait(false);
        PartitionNumber alone = new((ushort)first.Hello.Partition);
        return _places is [{ Partition: null }] ? [alone] : [.. _places.Select(place => place.Partition!.Value)];
    }

    /// <summary>Makes a producer known at a partition, there and after each change of master.</summary>
    /// <exception cref="ForewaveException"><c>NotOwner</c>: the cluster has no such partition.</exception>
    public SequencedLane Open(PartitionNumber partition, ProducerId id)
    {
        PartitionLink place = _places.FirstOrDefault(one => one.Partition == partition)
            ?? (_places is [{ Partition: null } alone] ? alone : null)
            ?? throw new ForewaveException(ErrorCode.NotOwner, $"The cluster has no partition {partition}.");
        SequencedLane lane = new(place.Link, id, _name);
        lock (_lock)
        {
            _lanes.Add(lane);
        }

        lane.Join();
        return lane;
    }

    /// <summary>A lane is not used any more.</summary>
    public void Close(SequencedLane lane)
    {
        lock (_lock)
        {
            _lanes.Remove(lane);
        }

        lane.Leave();
    }

    /// <summary>A partition does not answer: others are asked for the routes. Costs nothing while they are being asked.</summary>
    public void Doubt() => _links.Doubt();

    public ValueTask DisposeAsync()
    {
        _links.Leave(this);
        lock (_lock)
        {
            _lanes.ForEach(lane => lane.Leave());
            _lanes.Clear();
        }

        return ValueTask.CompletedTask;
    }

    void IPartitioned.Add(PartitionLink link) => ImmutableInterlocked.Update(ref _places, places => places.Add(link));
}
