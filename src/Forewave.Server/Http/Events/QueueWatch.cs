using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Server.Http.Events;

/// <summary>
/// Follows a queue at all partitions: looks at one after the other, each with its own place. One that does not answer is passed over and looked
/// at again where it was left. For one request, on one task.
/// </summary>
/// <param name="links">The way there.</param>
/// <param name="follow">Follows one partition from a place on.</param>
/// <param name="from">Where it begins, as it was told before.</param>
internal sealed class QueueWatch(HttpLinks links, Func<EventId, QueueFollowing> follow, IReadOnlyDictionary<FollowedPartition, EventId> from)
{
    private readonly SortedDictionary<int, (FollowedPartition Key, QueueFollowing Following)> _all = [];
    private readonly Dictionary<FollowedPartition, EventId> _ids = from.ToDictionary();
    private readonly HashSet<PartitionNumber> _silent = [];

    /// <summary>Partitions that did not answer the last time.</summary>
    public IReadOnlyCollection<PartitionNumber> Silent => _silent;

    /// <summary>The next messages of all partitions, each with what says where it leaves the watch; none: there are no more for the moment.</summary>
    /// <exception cref="ForewaveException">The queue is nowhere, or cannot be looked at now.</exception>
    public async ValueTask<IReadOnlyList<(FoundMessage Message, FollowedPartition Key)>> NextAsync(CancellationToken gone)
    {
        List<(FoundMessage, FollowedPartition)> found = [];
        var keys = await KeysAsync(gone);
        ForewaveException? missing = null;
        int there = 0;
        foreach (var key in keys)
        {
            try
            {
                using var turn = links.Take(key.Partition);
                found.AddRange((await Of(key).NextAsync(turn.Broker, gone)).Select(message => (message, key)));
                there++;
                Forget(key);
            }
            catch (ForewaveException none) when (keys.Count > 1 && (none.Code == ErrorCode.QueueNotFound || PartitionAnswer.IsSilence(none)))
            {
                missing = none;
                if (none.Code != ErrorCode.QueueNotFound)
                    _silent.Add(key.Partition!.Value);
            }
        }
        return there > 0 || _silent.Count > 0 ? found : throw missing!;
    }

    /// <summary>A message was sent: the text that goes on after it.</summary>
    public string Sent(FoundMessage message, FollowedPartition key)
    {
        _ids[key] = Of(key).Sent(message);
        return EventIds.Format(_all.Keys.Select(place => KeyValuePair.Create(_all[place].Key, _ids[_all[place].Key])));
    }

    private async ValueTask<IReadOnlyList<FollowedPartition>> KeysAsync(CancellationToken gone)
    {
        using var turn = links.Take();
        return [.. (await turn.Calls.TargetsAsync(gone)).Select(target => new FollowedPartition(target.Partition))];
    }

    private QueueFollowing Of(FollowedPartition key)
    {
        int place = key.Partition?.Value ?? -1;
        if (_all.TryGetValue(place, out var known))
            return known.Following;
        // A partition that was not there before: from the earliest time that one was left at.
        var id = _ids.TryGetValue(key, out var left) ? left : new EventId(_ids.Values.Min(one => one.Milliseconds), []);
        _ids[key] = id;
        _all[place] = known = (key, follow(id));
        return known.Following;
    }

    private void Forget(FollowedPartition key)
    {
        if (key.Partition is { } partition)
            _silent.Remove(partition);
    }
}
