using Forewave.Model.Worlds;

namespace Forewave.Model.Steps;

/// <summary>Something that may happen at either node. {0} in the text is the node, {1} the other one.</summary>
internal sealed record Step(string Text, StepAction Action)
{
    /// <summary>All there are. A trace is a list of their indexes, so a new one goes to the end.</summary>
    public static IReadOnlyList<Step> All { get; } =
    [
        new("{0} writes a message and calls COMMIT", MasterSteps.Commit),
        new("database {0} receives a row of {1}", DatabaseSteps.Receive),
        new("database {0} gets the acknowledgement of {1}: COMMIT returns", DatabaseSteps.Acknowledge),
        new("{0} asks database {1} what it received", MasterSteps.Prove),
        new("{0} answers", MasterSteps.Answer),
        new("database {0} applies a row", DatabaseSteps.ApplyOne),
        new("{0} hears nothing of {1}: sets the record to be without it", MasterSteps.Remove),
        new("{0} sets the record to have {1} in sync", MasterSteps.Add),
        new("the set of {0} arrives", ZooKeeperSteps.Arrive),
        new("a set that {0} sent before arrives late", ZooKeeperSteps.ArriveLate),
        new("{0} gets the reply to its set", ZooKeeperSteps.Hear),
        new("{0} loses its connection to ZooKeeper and does not know what became of its set", ZooKeeperSteps.Lose),
        new("{0} is connected to ZooKeeper again and looks what became of its set", ZooKeeperSteps.Resolve),
        new("{0} reads the record", ZooKeeperSteps.Read),
        new("the session of {0} expires", ZooKeeperSteps.Expire),
        new("{0} sets the record to open its partition again", SlaveSteps.Open),
        new("{0} raises the fence rows and serves", SlaveSteps.Serve),
        new("{0} sets the record to be out of inSync", SlaveSteps.Leave),
        new("{0} removes the rows that {1} does not have and starts its receiver", SlaveSteps.Join),
        new("{0} starts its receiver again", SlaveSteps.Resume),
        new("{0} begins to take over (fence)", SlaveSteps.Fence),
        new("{0} has applied what it received", SlaveSteps.Apply),
        new("{0} sets the record to be master", SlaveSteps.Take),
        new("KILL QUERY of the COMMIT that waits at {0}", DatabaseSteps.KillQuery),
        new("semi-sync of {0} is off when the COMMIT returns, and on again", DatabaseSteps.Switch),
        new("a replica that is not registered acknowledges to {0}", DatabaseSteps.AcknowledgeForeign),
        new("database {0} gives up waiting for an acknowledgement", DatabaseSteps.TimeOut),
        new("broker {0} freezes", FaultSteps.FreezeBroker),
        new("broker {0} thaws", FaultSteps.ThawBroker),
        new("broker {0} is killed", FaultSteps.KillBroker),
        new("broker {0} is started", FaultSteps.StartBroker),
        new("database {0} freezes", FaultSteps.FreezeDatabase),
        new("database {0} thaws", FaultSteps.ThawDatabase),
        new("database {0} is killed", FaultSteps.KillDatabase),
        new("database {0} is started", FaultSteps.StartDatabase),
        new("ZooKeeper is killed", FaultSteps.KillZooKeeper),
        new("ZooKeeper is started", FaultSteps.StartZooKeeper),
        new("the way from {0} to {1} is cut", FaultSteps.CutToOther),
        new("the way from {0} to ZooKeeper is cut", FaultSteps.CutToZooKeeper),
        new("the way from ZooKeeper to {0} is cut", FaultSteps.CutFromZooKeeper),
        new("all cuts are mended", FaultSteps.Heal),
    ];

    public string Say(int node) => string.Format(System.Globalization.CultureInfo.InvariantCulture, Text, World.Name(node), World.Name(1 - node));

    /// <summary>The world after this step; false: it cannot happen.</summary>
    public bool TryTake(in World before, int node, Rules rules, out World after)
    {
        after = before;
        return Action(ref after, node, rules);
    }
}
