using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Priorities;

/// <summary>What the search for a time gave in each band of a queue. Immutable.</summary>
internal sealed class StartSearch
{
    private readonly Dictionary<uint, Offset> _found = [];

    private StartSearch()
    {
    }

    /// <summary>Looks in all bands of a queue for the first message that is not older than a time.</summary>
    public static async Task<StartSearch> RunAsync(IStore store, uint queue, Timestamp time)
    {
        var search = new StartSearch();
        search._found[queue] = await store.FindByTimeAsync(queue, time, CancellationToken.None);
        foreach (uint index in PriorityBand.Others.Select(band => band.IndexOf(queue)))
        {
            if (store.Extent(index).End > Offset.First)
                search._found[index] = await store.FindByTimeAsync(index, time, CancellationToken.None);
        }
        return search;
    }

    /// <summary>The offset in an index; null where it had no messages.</summary>
    public Offset? In(uint index) => _found.TryGetValue(index, out var offset) ? offset : null;
}
