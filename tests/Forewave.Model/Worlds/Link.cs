namespace Forewave.Model.Worlds;

/// <summary>One direction of a connection. <see cref="World.IsOpen"/> adds the node.</summary>
internal enum Link : byte
{
    /// <summary>From this node to the other one.</summary>
    ToOther,
    ToZooKeeper,
    FromZooKeeper,
}
