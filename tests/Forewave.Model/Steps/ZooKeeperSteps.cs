using Forewave.Model.Worlds;

namespace Forewave.Model.Steps;

/// <summary>The record, the sets on their way to it, and the sessions.</summary>
internal static class ZooKeeperSteps
{
    /// <summary>Sends a set for a record of the version that was seen.</summary>
    public static void Send(ref Broker broker, SetKind kind, GroupRecord wanted) =>
        broker.Set = new SetRequest { Kind = kind, IsUnderWay = true, Wanted = wanted };

    /// <summary>The set arrives and is decided.</summary>
    public static bool Arrive(ref World world, int node, Rules rules)
    {
        ref SetRequest set = ref world.Nodes[node].Broker.Set;
        if (!set.IsUnderWay || !world.IsZooKeeperUp || !world.IsOpen(Link.ToZooKeeper, node))
            return false;
        set.IsUnderWay = false;
        bool isDone = Decide(ref world, set.Wanted, rules);
        set.Reply = set.IsUnknown ? SetReply.None : isDone ? SetReply.Done : SetReply.Conflict;
        return true;
    }

    /// <summary>The set of a process that is no more arrives.</summary>
    public static bool ArriveLate(ref World world, int node, Rules rules)
    {
        ref SetRequest set = ref world.Nodes[node].Broker.Orphan;
        if (!set.IsUnderWay || !world.IsZooKeeperUp || !world.IsOpen(Link.ToZooKeeper, node))
            return false;
        Decide(ref world, set.Wanted, rules);
        set = default;
        return true;
    }

    /// <summary>The reply arrives.</summary>
    public static bool Hear(ref World world, int node, Rules rules)
    {
        ref Broker broker = ref world.Nodes[node].Broker;
        if (broker.Set.Reply == SetReply.None || !broker.Works || !world.IsZooKeeperUp || !world.IsOpen(Link.FromZooKeeper, node))
            return false;
        if (broker.Set.Reply == SetReply.Done)
            Done(ref broker);
        else if (world.TalksToZooKeeper(node))
            Refused(ref world, node);
        else
            return false;
        return true;
    }

    /// <summary>The connection is lost while a set has no reply.</summary>
    public static bool Lose(ref World world, int node, Rules rules)
    {
        ref Broker broker = ref world.Nodes[node].Broker;
        if (broker.Set.Kind == SetKind.None || broker.Set.IsUnknown || !broker.Works || world.TalksToZooKeeper(node))
            return false;
        broker.Set.IsUnknown = true;
        broker.Set.Reply = SetReply.None;
        return true;
    }

    /// <summary>
    /// Connected again: looks whether the set was done. In the same session the request was decided before, or never will be:
    /// ZooKeeper drops what a session's earlier connection still has under way.
    /// </summary>
    public static bool Resolve(ref World world, int node, Rules rules)
    {
        ref Broker broker = ref world.Nodes[node].Broker;
        if (!broker.Set.IsUnknown || !broker.Works || !world.TalksToZooKeeper(node))
            return false;
        if (broker.Set.IsUnderWay && rules.ResolvesInNewSession)
            broker.Orphan = broker.Set;
        GroupRecord wanted = broker.Set.Wanted;
        if (world.Record.Version == wanted.Version + 1 && world.Record.SaysAs(wanted))
            Done(ref broker);
        else
            Refused(ref world, node);
        return true;
    }

    /// <summary>A broker reads the record, by its watch or when it is connected again.</summary>
    public static bool Read(ref World world, int node, Rules rules)
    {
        ref Broker broker = ref world.Nodes[node].Broker;
        if (!broker.Works || broker.Set.Kind != SetKind.None || !world.TalksToZooKeeper(node))
            return false;
        bool isNews = broker.Phase switch
        {
            Phase.Master or Phase.Owner => broker.View.Version != world.Record.Version,
            // The set of a broker before this one made its node the master.
            Phase.Slave or Phase.Joining => world.Record.Master == node,
            _ => false,
        };
        if (!isNews && broker.HasSession)
            return false;
        broker.HasSession = true;
        // A takeover names the version that said that it may be: one that is read later says so only when it is looked at.
        if (isNews || rules.TakesByNewestVersion)
            SlaveSteps.Read(ref world, node);
        if (isNews)
            Follow(ref world, node);
        return true;
    }

    /// <summary>A session whose broker is not heard of ends.</summary>
    public static bool Expire(ref World world, int node, Rules rules)
    {
        ref Broker broker = ref world.Nodes[node].Broker;
        if (!broker.HasSession || !world.IsZooKeeperUp || (broker.Works && world.TalksToZooKeeper(node)))
            return false;
        broker.HasSession = false;
        return true;
    }

    private static bool Decide(ref World world, GroupRecord wanted, Rules rules)
    {
        if (world.Record.Version != wanted.Version && !rules.SetsBlindly)
            return false;
        world.Record = wanted with { Version = (byte)(world.Record.Version + 1) };
        return true;
    }

    private static void Done(ref Broker broker)
    {
        GroupRecord record = broker.Set.Wanted with { Version = (byte)(broker.Set.Wanted.Version + 1) };
        SetKind kind = broker.Set.Kind;
        broker.Set = default;
        broker.View = record;
        switch (kind)
        {
            case SetKind.Remove:
                MasterSteps.GoAlone(ref broker);
                break;
            case SetKind.Add:
                broker.NeedsSlave = true;
                break;
            case SetKind.Leave:
                broker.Phase = Phase.Joining;
                break;
            default:
                SlaveSteps.Own(ref broker, record);
                break;
        }
    }

    private static void Refused(ref World world, int node)
    {
        ref Broker broker = ref world.Nodes[node].Broker;
        broker.Set = default;
        broker.Phase = broker.Phase switch
        {
            Phase.Master => Phase.Master,
            Phase.Taking => Phase.Slave,
            _ => Phase.Idle,
        };
        SlaveSteps.Read(ref world, node);
        Follow(ref world, node);
        if (broker.Phase is Phase.Slave or Phase.Idle)
            broker.View = default;
    }

    // What the record says now decides what this broker is.
    private static void Follow(ref World world, int node)
    {
        ref Broker broker = ref world.Nodes[node].Broker;
        bool isOwn = world.Record.Master == node;
        if (broker.Phase is Phase.Master or Phase.Owner)
        {
            if (!isOwn || world.Record.Epoch != broker.Epoch)
                StepDown(ref broker);
            else if (world.Record.Run == 0)
                MasterSteps.GoAlone(ref broker);
            else
                broker.NeedsSlave = true;
        }
        else if (isOwn && broker.Phase is (Phase.Slave or Phase.Joining))
        {
            broker.Phase = Phase.Idle;
        }
    }

    private static void StepDown(ref Broker broker)
    {
        broker.Phase = Phase.Idle;
        broker.NeedsSlave = false;
        broker.Group = 0;
        broker.Proved = 0;
        broker.IsCommitted = false;
        broker.IsCounted = false;
    }
}
