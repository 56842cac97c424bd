namespace Forewave.Coordination.ZooKeeper.Interop;

/// <summary>What a request came back with.</summary>
/// <param name="Code">How it went; what follows holds for <see cref="ReturnCode.Ok"/> alone.</param>
/// <param name="Content">The node's content; empty where none was asked for.</param>
/// <param name="Version">The node's version.</param>
/// <param name="OwnerSession">The session whose EPHEMERAL node it is; 0: it stays.</param>
internal readonly record struct Reply(ReturnCode Code, byte[] Content, int Version, long OwnerSession)
{
    /// <summary>The names of the nodes below it; empty where none were asked for.</summary>
    public string[] Names { get; init; } = [];
}
