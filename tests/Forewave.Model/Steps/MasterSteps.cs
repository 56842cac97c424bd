using Forewave.Model.Worlds;

namespace Forewave.Model.Steps;

/// <summary>What a master does: write, prove, answer, take the slave out of inSync and back in.</summary>
internal static class MasterSteps
{
    /// <summary>A producer's message is written and synced: COMMIT waits for the acknowledgement, or returns where nobody is needed.</summary>
    public static bool Commit(ref World world, int node, Rules rules)
    {
        ref Broker broker = ref world.Nodes[node].Broker;
        ref Database database = ref world.Nodes[node].Database;
        if (!Serves(broker, database) || broker.Group != 0 || world.NextMessage > rules.Messages || database.Length >= Database.MostRows)
            return false;
        database.Append((byte)((broker.Epoch << 4) | world.NextMessage++));
        database.Applied = database.Length;
        broker.Group = database.Length;
        broker.IsCommitted = !broker.NeedsSlave || rules.Evidence == Evidence.OwnFence;
        broker.IsCounted = false;
        return true;
    }

    /// <summary>Asks the other database what it received.</summary>
    public static bool Prove(ref World world, int node, Rules rules)
    {
        ref Broker broker = ref world.Nodes[node].Broker;
        ref Database other = ref world.Nodes[1 - node].Database;
        if (!Serves(broker, world.Nodes[node].Database) || !broker.NeedsSlave || !world.NodesTalk || !other.Works)
            return false;
        int covered = rules.ComparesCountsOnly
            ? Math.Min(other.Length, world.Nodes[node].Database.Length)
            : other.SameAs(world.Nodes[node].Database);
        if (covered <= broker.Proved)
            return false;
        broker.Proved = (byte)covered;
        return true;
    }

    /// <summary>Answers the oldest message that may be answered.</summary>
    public static bool Answer(ref World world, int node, Rules rules)
    {
        ref Broker broker = ref world.Nodes[node].Broker;
        ref Database database = ref world.Nodes[node].Database;
        if (broker.Phase != Phase.Master || !broker.Works)
            return false;
        for (int i = 0; i < database.Length; i++)
        {
            int message = database[i] & 15;
            if ((world.Answered & (1 << message)) != 0 || !MayAnswer(broker, i, rules))
                continue;
            world.Answered |= (byte)(1 << message);
            if (broker.Group == i + 1)
                broker.Group = 0;
            if (broker.Epoch < world.ServedEpoch && (world.Nodes[world.ServedBy].Database.Messages & (1 << message)) == 0)
                world.Broken = Broken.TwoMastersAnswer;
            return true;
        }

        return false;
    }

    /// <summary>No acknowledgement came for too long: asks the record to be without the slave.</summary>
    public static bool Remove(ref World world, int node, Rules rules)
    {
        ref Broker broker = ref world.Nodes[node].Broker;
        if (broker.Phase != Phase.Master || !broker.Works || broker.Set.Kind != SetKind.None || broker.View.Run == 0 || !IsSilent(world, node))
            return false;
        ZooKeeperSteps.Send(ref broker, SetKind.Remove, broker.View with { Run = 0 });
        if (rules.AnswersAloneFirst)
            GoAlone(ref broker);
        return true;
    }

    /// <summary>The slave has received all there is: from now on it is needed, and the record is asked to say so.</summary>
    public static bool Add(ref World world, int node, Rules rules)
    {
        ref Broker broker = ref world.Nodes[node].Broker;
        ref Database database = ref world.Nodes[node].Database;
        ref Node other = ref world.Nodes[1 - node];
        if (!Serves(broker, database) || broker.Set.Kind != SetKind.None || broker.View.Run == other.Database.Run)
            return false;
        if (!world.NodesTalk || !other.Database.Works || !other.Database.IsReceiving || other.Broker.Phase != Phase.Slave)
            return false;
        int same = other.Database.SameAs(database);
        if (!rules.AddsBeforeCaughtUp && (same < database.Length || other.Database.Length > same))
            return false;
        if (!rules.AddsBeforeItNeeds)
            broker.NeedsSlave = true;
        broker.Proved = (byte)same;
        ZooKeeperSteps.Send(ref broker, SetKind.Add, broker.View with { Run = other.Database.Run });
        return true;
    }

    /// <summary>Nobody else is needed: semi-sync is switched off, so a commit that waits returns.</summary>
    public static void GoAlone(ref Broker broker)
    {
        broker.NeedsSlave = false;
        broker.IsCommitted = true;
    }

    public static bool Serves(in Broker broker, in Database database) => broker.Phase == Phase.Master && broker.Works && database.Works;

    private static bool MayAnswer(in Broker broker, int index, Rules rules)
    {
        bool isOpen = broker.Group == index + 1;
        if (isOpen && !broker.IsCommitted)
            return false;
        if (!broker.NeedsSlave || broker.Proved > index)
            return true;
        // Only of the open group does the server say anything.
        return isOpen && rules.Evidence switch
        {
            Evidence.ReceivedPosition => false,
            Evidence.Counters => !broker.IsCounted,
            _ => true,
        };
    }

    private static bool IsSilent(in World world, int node)
    {
        Database other = world.Nodes[1 - node].Database;
        return !world.NodesTalk || !other.Works || !other.IsReceiving;
    }
}
