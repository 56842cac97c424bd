using Forewave.Broker.Delivery.Groups;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.DeadLetters;

/// <summary>Appends what is done to dead letters. For the loop alone; stateless.</summary>
internal static class DeadLetterRecords
{
    private const byte Version = 1;

    /// <summary>Removes places for good. False: no room, nothing happened.</summary>
    public static bool TryPurge(GroupDelivery group, IEnumerable<PlaceRange> ranges)
    {
        var places = Collect(ranges);
        var payload = group.Loop.Payload;
        payload.Clear();
        payload.Byte(Version);
        places.Write(payload);
        if (!group.TryRecord(group.Draft(RecordType.DeadPurged)))
            return false;
        group.Loop.Log.DeadPurged(places.Count, group.State.Identity);
        group.FreeDead();
        group.HasDemand();
        return true;
    }

    /// <summary>Makes places available to the group again, after what is in the queue now. False: no room, nothing happened.</summary>
    public static bool TryRedrive(GroupDelivery group, IEnumerable<PlaceRange> ranges)
    {
        var places = Collect(ranges);
        var payload = group.Loop.Payload;
        payload.Clear();
        payload.Byte(Version);
        payload.Int64(group.Queue.End);
        places.Write(payload);
        if (!group.TryRecord(group.Draft(RecordType.Redriven)))
            return false;
        group.Loop.Log.Redriven(places.Count, group.State.Identity);
        group.HasDemand();
        return true;
    }

    private static Places Collect(IEnumerable<PlaceRange> ranges)
    {
        var places = new Places();
        foreach (var range in ranges)
            places.Add(range);
        return places;
    }
}
