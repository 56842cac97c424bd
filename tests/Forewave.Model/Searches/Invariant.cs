using Forewave.Model.Steps;
using Forewave.Model.Worlds;

namespace Forewave.Model.Searches;

/// <summary>What holds in every world.</summary>
internal static class Invariant
{
    // In this order: what is nearest to serving first.
    private static readonly StepAction[] Takeover =
    [
        SlaveSteps.Serve, ZooKeeperSteps.Resolve, ZooKeeperSteps.Hear, ZooKeeperSteps.Arrive, SlaveSteps.Take, SlaveSteps.Apply, SlaveSteps.Fence,
    ];

    private static readonly int[] TakeoverSteps =
        [.. Takeover.Select(action => Step.All.Index().Single(step => step.Item.Action == action).Index)];

    /// <summary>
    /// What is broken in this world; nothing, when all is well. <paramref name="then"/>: the steps (index of the step, node) of the
    /// takeover that shows it, when the master's node is gone for good and all else is mended.
    /// </summary>
    public static Broken Check(in World world, Rules rules, List<int> then)
    {
        then.Clear();
        if (world.Broken != Broken.Nothing)
            return world.Broken;
        if (IsLost(world))
            return Broken.AnsweredMessageLost;
        return IsPromised(world) ? CheckTakeover(world, rules, then) : Broken.Nothing;
    }

    private static bool IsLost(in World world)
    {
        Node master = world.Nodes[world.ServedBy];
        return master.Broker.Phase == Phase.Master && master.Broker.Epoch == world.ServedEpoch && master.Database.IsUp
            && (world.Answered & ~master.Database.Messages) != 0;
    }

    // The record names the run that the slave's database is in, and the slave is there.
    private static bool IsPromised(in World world)
    {
        int slave = 1 - world.Record.Master;
        Node node = world.Nodes[slave];
        return world.Record.Run != 0 && world.Record.Run == node.Database.Run && node.Database.IsUp
            && node.Broker.Phase is Phase.Slave or Phase.Fenced or Phase.Applied or Phase.Taking;
    }

    private static Broken CheckTakeover(in World world, Rules rules, List<int> then)
    {
        int slave = 1 - world.Record.Master;
        World mended = WithoutMaster(world, slave);
        while (mended.Nodes[slave].Broker.Phase != Phase.Master)
        {
            int step = Array.FindIndex(TakeoverSteps, step => Step.All[step].TryTake(mended, slave, rules, out mended));
            if (step < 0 || then.Count > 24)
                return Broken.TakeoverImpossible;
            then.Add((TakeoverSteps[step] * 2) + slave);
        }

        return mended.Broken != Broken.Nothing ? mended.Broken : IsLost(mended) ? Broken.AnsweredMessageLost : Broken.Nothing;
    }

    /// <summary>The node of the master is gone, the other one and ZooKeeper are well.</summary>
    public static World WithoutMaster(in World world, int slave)
    {
        World mended = world;
        mended.Cuts = 0;
        mended.IsZooKeeperUp = true;
        mended.Nodes[slave].Broker.IsFrozen = false;
        mended.Nodes[slave].Database.IsFrozen = false;
        mended.Nodes[1 - slave].Broker = new Broker { Phase = Phase.Down };
        mended.Nodes[1 - slave].Database.IsUp = false;
        return mended;
    }
}
