using Forewave.Model.Worlds;

namespace Forewave.Model.Steps;

/// <summary>What breaks, and what is mended again. Breaking is counted; mending may happen at any time.</summary>
internal static class FaultSteps
{
    public static bool FreezeBroker(ref World world, int node, Rules rules)
    {
        ref Broker broker = ref world.Nodes[node].Broker;
        return rules.HasFreezes && broker.Works && DatabaseSteps.Spend(ref world) && (broker.IsFrozen = true);
    }

    public static bool ThawBroker(ref World world, int node, Rules rules)
    {
        ref Broker broker = ref world.Nodes[node].Broker;
        if (!broker.IsFrozen)
            return false;
        broker.IsFrozen = false;
        return true;
    }

    /// <summary>kill -9 of the broker. A set that it has under way may arrive all the same.</summary>
    public static bool KillBroker(ref World world, int node, Rules rules)
    {
        ref Broker broker = ref world.Nodes[node].Broker;
        if (broker.Phase == Phase.Down || (broker.Set.IsUnderWay && broker.Orphan.IsUnderWay) || !DatabaseSteps.Spend(ref world))
            return false;
        SetRequest late = broker.Set.IsUnderWay ? broker.Set : broker.Orphan;
        broker = new Broker { Phase = Phase.Down, HasSession = broker.HasSession, Orphan = late };
        return true;
    }

    public static bool StartBroker(ref World world, int node, Rules rules)
    {
        ref Broker broker = ref world.Nodes[node].Broker;
        if (broker.Phase != Phase.Down)
            return false;
        broker.Phase = Phase.Idle;
        return true;
    }

    public static bool FreezeDatabase(ref World world, int node, Rules rules)
    {
        ref Database database = ref world.Nodes[node].Database;
        return rules.HasFreezes && database.Works && DatabaseSteps.Spend(ref world) && (database.IsFrozen = true);
    }

    public static bool ThawDatabase(ref World world, int node, Rules rules)
    {
        ref Database database = ref world.Nodes[node].Database;
        if (!database.IsFrozen)
            return false;
        database.IsFrozen = false;
        return true;
    }

    /// <summary>kill -9 of the database, or the loss of its power: what is not applied goes; what its binary log has, stays.</summary>
    public static bool KillDatabase(ref World world, int node, Rules rules)
    {
        ref Node it = ref world.Nodes[node];
        if (!it.Database.IsUp || !DatabaseSteps.Spend(ref world))
            return false;
        it.Database.IsUp = false;
        it.Database.IsFrozen = false;
        it.Database.CutTo(it.Database.Applied);
        if (rules.LosesUnsyncedRows && it.Broker.Phase == Phase.Master && it.Database.Length > 0)
        {
            it.Database.CutTo(it.Database.Length - 1);
            it.Broker.Group = 0;
        }

        return true;
    }

    /// <summary>The database starts. Its receiver does not; an open group turns out to be committed, as its fence row says.</summary>
    public static bool StartDatabase(ref World world, int node, Rules rules)
    {
        ref Node it = ref world.Nodes[node];
        if (it.Database.IsUp)
            return false;
        it.Database.IsUp = true;
        if (!rules.RestartedDatabaseStays)
            it.Database.Run++;
        it.Database.IsReceiving = rules.ReceiverStartsByItself && world.Record.Master != node;
        it.Broker.IsCommitted = it.Broker.Group != 0;
        it.Broker.IsCounted = false;
        return true;
    }

    public static bool KillZooKeeper(ref World world, int node, Rules rules)
    {
        if (!rules.HasZooKeeperKills || !world.IsZooKeeperUp || node != 0 || !DatabaseSteps.Spend(ref world))
            return false;
        world.IsZooKeeperUp = false;
        return true;
    }

    public static bool StartZooKeeper(ref World world, int node, Rules rules)
    {
        if (world.IsZooKeeperUp || node != 0)
            return false;
        world.IsZooKeeperUp = true;
        return true;
    }

    public static bool CutToOther(ref World world, int node, Rules rules) => Cut(ref world, Link.ToOther, node);

    public static bool CutToZooKeeper(ref World world, int node, Rules rules) => Cut(ref world, Link.ToZooKeeper, node);

    public static bool CutFromZooKeeper(ref World world, int node, Rules rules) => Cut(ref world, Link.FromZooKeeper, node);

    public static bool Heal(ref World world, int node, Rules rules)
    {
        if (world.Cuts == 0 || node != 0)
            return false;
        world.Cuts = 0;
        return true;
    }

    private static bool Cut(ref World world, Link link, int node)
    {
        if (!world.IsOpen(link, node) || !DatabaseSteps.Spend(ref world))
            return false;
        world.Cut(link, node);
        return true;
    }
}
