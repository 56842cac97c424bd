using Forewave.Broker.Delivery.Groups;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.DeadLetters;

/// <summary>Appends what is done to dead letters without that anybody asked for it: their time is over, or their bytes rotted. For the loop alone; stateless.</summary>
internal static class DeadLetterRecords
{
    /// <summary>Removes places for good. False: no room, nothing happened.</summary>
    public static bool TryPurge(GroupDelivery group, IEnumerable<PlaceRange> ranges)
    {
        var places = Places.Of(ranges);
        var payload = group.Loop.Payload;
        payload.Clear();
        new DeadChangeRecord { Type = RecordType.DeadPurged, Places = places }.Write(payload);
        if (!group.TryRecord(group.Draft(RecordType.DeadPurged)))
            return false;
        group.Loop.Log.DeadPurged(places.Count, group.State.Identity);
        group.FreeDead();
        group.HasDemand();
        return true;
    }
}
