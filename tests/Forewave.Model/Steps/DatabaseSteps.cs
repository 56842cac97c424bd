using Forewave.Model.Worlds;

namespace Forewave.Model.Steps;

/// <summary>Replication, and what servers and people do to a commit that waits.</summary>
internal static class DatabaseSteps
{
    /// <summary>The slave's receiver gets the next row into its relay log.</summary>
    public static bool Receive(ref World world, int node, Rules rules)
    {
        ref Database database = ref world.Nodes[node].Database;
        ref Database other = ref world.Nodes[1 - node].Database;
        if (!database.Works || !database.IsReceiving || !other.Works || !world.IsOpen(Link.ToOther, 1 - node))
            return false;
        if (database.Length >= other.Length || database.SameAs(other) < database.Length)
            return false;
        database.Append(other[database.Length]);
        return true;
    }

    /// <summary>The slave's applier gets the next row into its tables.</summary>
    public static bool ApplyOne(ref World world, int node, Rules rules)
    {
        ref Database database = ref world.Nodes[node].Database;
        if (!database.Works || !database.IsReceiving || database.Applied >= database.Length)
            return false;
        database.Applied++;
        return true;
    }

    /// <summary>The registered slave's acknowledgement arrives: COMMIT returns.</summary>
    public static bool Acknowledge(ref World world, int node, Rules rules)
    {
        ref Database other = ref world.Nodes[1 - node].Database;
        bool isReceived = other.IsReceiving && other.SameAs(world.Nodes[node].Database) >= world.Nodes[node].Broker.Group;
        return isReceived && world.IsOpen(Link.ToOther, 1 - node) && Return(ref world, node, isCounted: false);
    }

    /// <summary>KILL QUERY: COMMIT returns OK, the counter of commits without an acknowledgement rises.</summary>
    public static bool KillQuery(ref World world, int node, Rules rules) => rules.HasKillQuery && Spend(ref world) && Return(ref world, node, isCounted: true);

    /// <summary>Semi-sync is off when the group commits and on again right after: COMMIT returns OK and no counter moves.</summary>
    public static bool Switch(ref World world, int node, Rules rules) => rules.HasSwitching && Spend(ref world) && Return(ref world, node, isCounted: false);

    /// <summary>Another replica with semi-sync acknowledges while the registered one is away: one client, no counter moves.</summary>
    public static bool AcknowledgeForeign(ref World world, int node, Rules rules) =>
        rules.HasForeignReplica && Spend(ref world) && Return(ref world, node, isCounted: false);

    /// <summary>The server's own time-out ends the wait.</summary>
    public static bool TimeOut(ref World world, int node, Rules rules) => rules.HasServerTimeOut && Return(ref world, node, isCounted: true);

    public static bool Spend(ref World world)
    {
        if (world.FaultsLeft == 0)
            return false;
        world.FaultsLeft--;
        return true;
    }

    private static bool Return(ref World world, int node, bool isCounted)
    {
        ref Broker broker = ref world.Nodes[node].Broker;
        if (!MasterSteps.Serves(broker, world.Nodes[node].Database) || broker.Group == 0 || broker.IsCommitted)
            return false;
        broker.IsCommitted = true;
        broker.IsCounted = isCounted;
        return true;
    }
}
