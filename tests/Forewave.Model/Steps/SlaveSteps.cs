using Forewave.Model.Worlds;

namespace Forewave.Model.Steps;

/// <summary>What a broker does that does not serve: open its own partition again, follow, take over.</summary>
internal static class SlaveSteps
{
    // Four bits of a row are its epoch.
    private const int MostEpochs = 15;

    /// <summary>The record names this broker: it raises the epoch.</summary>
    public static bool Open(ref World world, int node, Rules rules)
    {
        ref Broker broker = ref world.Nodes[node].Broker;
        if (broker.Phase != Phase.Idle || !CanAsk(world, node) || world.Record.Master != node || world.Record.Epoch == MostEpochs)
            return false;
        Read(ref world, node);
        if (rules.OpensWithoutSet)
        {
            Own(ref broker, broker.View);
            return true;
        }

        broker.Phase = Phase.Opening;
        ZooKeeperSteps.Send(ref broker, SetKind.Open, broker.View with { Epoch = (byte)(broker.View.Epoch + 1) });
        return true;
    }

    /// <summary>The record is this broker's: it raises the fence rows and serves.</summary>
    public static bool Serve(ref World world, int node, Rules rules)
    {
        ref Broker broker = ref world.Nodes[node].Broker;
        ref Database database = ref world.Nodes[node].Database;
        if (broker.Phase != Phase.Owner || !broker.Works || !database.Works)
            return false;
        broker.Phase = Phase.Master;
        database.IsReceiving = false;
        database.CutTo(database.Applied);
        // Who serves under an epoch that is over breaks nothing yet: what it answers would.
        if (broker.Epoch < world.ServedEpoch)
            return true;
        world.ServedEpoch = broker.Epoch;
        world.ServedBy = (byte)node;
        return true;
    }

    /// <summary>The record names the other broker: this one leaves inSync before it lets its receiver start.</summary>
    public static bool Leave(ref World world, int node, Rules rules)
    {
        ref Broker broker = ref world.Nodes[node].Broker;
        if (broker.Phase != Phase.Idle || !CanAsk(world, node) || world.Record.Master == node)
            return false;
        Read(ref world, node);
        if (rules.JoinsWithoutSet)
        {
            broker.Phase = Phase.Joining;
            return true;
        }

        broker.Phase = Phase.Leaving;
        ZooKeeperSteps.Send(ref broker, SetKind.Leave, broker.View with { Run = 0 });
        return true;
    }

    /// <summary>Removes the rows that the master does not have, and starts the receiver.</summary>
    public static bool Join(ref World world, int node, Rules rules)
    {
        ref Broker broker = ref world.Nodes[node].Broker;
        ref Database database = ref world.Nodes[node].Database;
        ref Node master = ref world.Nodes[1 - node];
        if (broker.Phase != Phase.Joining || !broker.Works || !database.Works || !world.NodesTalk || !MasterSteps.Serves(master.Broker, master.Database))
            return false;
        if (master.Broker.Epoch != world.ServedEpoch)
            return false;
        CutTail(ref database, master.Database, master.Broker.Epoch, rules);
        if (database.SameAs(master.Database) < database.Length)
            world.Broken = Broken.LogsDiverge;
        broker.Phase = Phase.Slave;
        broker.View = default;
        StartReceiver(ref database, rules.RestartedReceiverStays);
        return true;
    }

    /// <summary>A slave's receiver stands still after a restart or a takeover that was given up: it starts again.</summary>
    public static bool Resume(ref World world, int node, Rules rules)
    {
        ref Broker broker = ref world.Nodes[node].Broker;
        ref Database database = ref world.Nodes[node].Database;
        if (broker.Phase != Phase.Slave || !broker.Works || !database.Works || database.IsReceiving)
            return false;
        StartReceiver(ref database, rules.RestartedReceiverStays);
        return true;
    }

    /// <summary>The master's node is gone, the record says that this run is in sync: stops the receiver.</summary>
    public static bool Fence(ref World world, int node, Rules rules)
    {
        ref Broker broker = ref world.Nodes[node].Broker;
        ref Database database = ref world.Nodes[node].Database;
        if (broker.Phase != Phase.Slave || !CanAsk(world, node) || !database.Works || world.Nodes[1 - node].Broker.HasSession)
            return false;
        if (world.Record.Master == node || world.Record.Run == 0 || (world.Record.Run != database.Run && !rules.RestartedDatabaseStays))
            return false;
        if (rules.AsksOldMaster && !world.Nodes[1 - node].Database.Works)
            return false;
        Read(ref world, node);
        broker.Phase = Phase.Fenced;
        broker.FencedRun = database.Run;
        if (rules.AppliesBeforeFence)
            database.Applied = database.Length;
        else
            database.IsReceiving = false;
        return true;
    }

    /// <summary>All that was received is applied.</summary>
    public static bool Apply(ref World world, int node, Rules rules)
    {
        ref Broker broker = ref world.Nodes[node].Broker;
        ref Database database = ref world.Nodes[node].Database;
        if (broker.Phase != Phase.Fenced || !broker.Works || !database.Works)
            return false;
        if (IsOtherRun(broker, database, rules))
        {
            broker.Phase = Phase.Slave;
            return true;
        }

        if (rules.AppliesBeforeFence)
        {
            database.IsReceiving = false;
            database.CutTo(database.Applied);
        }

        database.Applied = database.Length;
        broker.Phase = Phase.Applied;
        return true;
    }

    /// <summary>Asks the record for the partition.</summary>
    public static bool Take(ref World world, int node, Rules rules)
    {
        ref Broker broker = ref world.Nodes[node].Broker;
        if (broker.Phase != Phase.Applied || !broker.Works || broker.Set.Kind != SetKind.None || broker.View.Epoch == MostEpochs)
            return false;
        broker.Phase = Phase.Taking;
        GroupRecord view = broker.View;
        ZooKeeperSteps.Send(ref broker, SetKind.Take, view with { Epoch = (byte)(view.Epoch + 1), Master = (byte)node, Run = 0 });
        return true;
    }

    public static void Own(ref Broker broker, GroupRecord record)
    {
        broker.Phase = Phase.Owner;
        broker.Epoch = record.Epoch;
        broker.NeedsSlave = record.Run != 0;
        broker.Proved = 0;
        broker.Group = 0;
    }

    /// <summary>Takes the record as it is now.</summary>
    public static void Read(ref World world, int node)
    {
        world.Nodes[node].Broker.View = world.Record;
        world.Nodes[node].Broker.HasSession = true;
    }

    private static bool CanAsk(in World world, int node)
    {
        Broker broker = world.Nodes[node].Broker;
        return broker.Works && broker.Set.Kind == SetKind.None && world.TalksToZooKeeper(node);
    }

    private static bool IsOtherRun(in Broker broker, in Database database, Rules rules) =>
        broker.FencedRun != database.Run && !rules.FenceOutlivesRestart && !rules.RestartedDatabaseStays;

    // A receiver that is started under GTID begins at what was applied: what else lay in the relay log is wiped.
    private static void StartReceiver(ref Database database, bool keepsRun)
    {
        database.CutTo(database.Applied);
        database.IsReceiving = true;
        if (!keepsRun)
            database.Run++;
    }

    private static void CutTail(ref Database database, in Database master, int epoch, Rules rules)
    {
        if (rules.CutsAtNewestEpoch)
        {
            database.CutTo(master.RowsUpTo(epoch - 1));
            return;
        }

        // The rows of its own last epoch end where the master's rows of epochs up to that one end; then those of the epoch before.
        int length;
        do
        {
            length = database.Length;
            database.CutTo(master.RowsUpTo(database.LastEpoch));
        }
        while (database.Length < length);
    }
}
