using System.Collections.Concurrent;
using Forewave.Protocol;
using Forewave.Protocol.Routes;

namespace Forewave.Client.Producing;

/// <summary>The slots of the queues that a producer has opened, as brokers told them. Thread-safe; looking up costs no lock.</summary>
internal sealed class QueueMaps
{
    private readonly ConcurrentDictionary<QueueName, SlotMap> _maps = new();

    /// <summary>The slots of a queue; null: they are not known yet.</summary>
    public SlotMap? Find(QueueName queue) => _maps.GetValueOrDefault(queue);

    /// <summary>They are known; the later version counts.</summary>
    public void Set(QueueName queue, SlotMap map) =>
        _maps.AddOrUpdate(queue, map, (_, known) => map.Version > known.Version ? map : known);
}
