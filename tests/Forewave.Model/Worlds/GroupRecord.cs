using System.Runtime.InteropServices;

namespace Forewave.Model.Worlds;

/// <summary>What <c>/MQ/group/{partition}</c> holds: who is master, under which epoch, and which run of the slave is in inSync.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct GroupRecord
{
    /// <summary>How often it was set.</summary>
    public byte Version;
    public byte Epoch;
    public byte Master;

    /// <summary>The run of the other database that is in sync; 0: inSync is the master alone.</summary>
    public byte Run;

    public readonly bool SaysAs(GroupRecord other) => Epoch == other.Epoch && Master == other.Master && Run == other.Run;

    public readonly override string ToString() =>
        $"{{v{Version}, epoch {Epoch}, master {World.Name(Master)}, inSync [{World.Name(Master)}{(Run == 0 ? "" : $", {World.Name(1 - Master)} run {Run}")}]}}";
}
