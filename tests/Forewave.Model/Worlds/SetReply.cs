namespace Forewave.Model.Worlds;

/// <summary>A reply of ZooKeeper that is under way.</summary>
internal enum SetReply : byte
{
    None,
    Done,
    Conflict,
}
