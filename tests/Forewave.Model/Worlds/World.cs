using System.Runtime.InteropServices;

namespace Forewave.Model.Worlds;

/// <summary>
/// One state of everything: two nodes, ZooKeeper, the links between them, and what was promised to producers. All of it lies in
/// bytes without gaps, so that it is copied by assignment and hashed as it lies.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct World
{
    public Nodes Nodes;
    public GroupRecord Record;
    public bool IsZooKeeperUp;

    /// <summary>A bit for each direction that is cut.</summary>
    public byte Cuts;

    /// <summary>The next message that a producer publishes, from 1.</summary>
    public byte NextMessage;

    /// <summary>Bit n is set: message n was answered.</summary>
    public byte Answered;

    /// <summary>The highest epoch that served, and whose it was.</summary>
    public byte ServedEpoch;
    public byte ServedBy;

    /// <summary>How many faults are left to happen.</summary>
    public byte FaultsLeft;

    /// <summary>What was broken by the last step; nothing, as long as all is well.</summary>
    public Broken Broken;

    public static string Name(int node) => node == 0 ? "A" : "B";

    /// <summary>A is master under epoch 1, B is in sync; nothing was published.</summary>
    public static World Start(int faults)
    {
        var world = new World
        {
            IsZooKeeperUp = true,
            NextMessage = 1,
            ServedEpoch = 1,
            FaultsLeft = (byte)faults,
            Record = new GroupRecord { Version = 1, Epoch = 1, Master = 0, Run = 1 },
        };
        for (int i = 0; i < 2; i++)
        {
            world.Nodes[i].Broker = new Broker { Phase = i == 0 ? Phase.Master : Phase.Slave, HasSession = true, View = world.Record };
            world.Nodes[i].Database = new Database { IsUp = true, Run = 1, IsReceiving = i == 1 };
        }

        world.Nodes[0].Broker.Epoch = 1;
        world.Nodes[0].Broker.NeedsSlave = true;
        return world;
    }

    public readonly bool IsOpen(Link link, int node) => (Cuts & Bit(link, node)) == 0;

    /// <summary>A question and its answer both pass between the nodes.</summary>
    public readonly bool NodesTalk => IsOpen(Link.ToOther, 0) && IsOpen(Link.ToOther, 1);

    public readonly bool TalksToZooKeeper(int node) =>
        IsZooKeeperUp && IsOpen(Link.ToZooKeeper, node) && IsOpen(Link.FromZooKeeper, node);

    public void Cut(Link link, int node) => Cuts |= Bit(link, node);

    private static byte Bit(Link link, int node) => (byte)(1 << (((int)link * 2) + node));
}
