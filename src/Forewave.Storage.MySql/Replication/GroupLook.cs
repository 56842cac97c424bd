using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Log;

namespace Forewave.Storage.MySql.Replication;

/// <summary>
/// Asks both databases of a group how they stand, over connections of its own: nothing that serves or follows waits for it. Blocks, for
/// 2 s for each of them at most.
/// </summary>
internal static class GroupLook
{
    /// <summary>Asks. It never throws: what does not answer is in the report.</summary>
    public static GroupReport Ask(MySqlStoreOptions store, GroupPlace place)
    {
        try
        {
            using Connection own = Connection.Open(place.OwnLooked);
            ReplicationStatus status = new SlaveDatabase(own).Status();
            GroupReport report = new()
            {
                Epoch = EpochOf(store),
                Written = $"{new MasterDatabase(own).Written()}",
                Received = $"{status.Received}",
                Receiver = $"{status.Receiver}",
                Applier = $"{status.Applier}",
                Lag = status.Lag,
            };
            return Compared(report, own, place);
        }
        catch (Exception failure) when (failure is DatabaseException or StoreException)
        {
            return new GroupReport { Failure = failure.Message, PeerAnswers = DoesAnswer(place) };
        }
    }

    // With the store's account: it alone may read the tables.
    private static Protocol.Epoch EpochOf(MySqlStoreOptions store)
    {
        using Connection connection = Connection.Open(GroupPlace.Soon(store.Connection));
        return new Fences(store.Names, store.Partition).Highest(connection);
    }

    private static GroupReport Compared(GroupReport report, Connection own, GroupPlace place)
    {
        try
        {
            using Connection peer = Connection.Open(place.PeerLooked);
            // The own one last: what it has received meanwhile is not what it lacks.
            GtidList there = new MasterDatabase(peer).Has();
            GtidList written = new MasterDatabase(own).Written();
            GtidList here = new MasterDatabase(own).Has();
            return report with { PeerAnswers = true, Ahead = $"{written.Without(there)}", Lacks = $"{there.Without(here)}" };
        }
        catch (Exception failure) when (failure is DatabaseException or StoreException)
        {
            return report;
        }
    }

    private static bool DoesAnswer(GroupPlace place)
    {
        try
        {
            using Connection peer = Connection.Open(place.PeerLooked);
            return true;
        }
        catch (Exception failure) when (failure is DatabaseException or StoreException)
        {
            return false;
        }
    }
}
