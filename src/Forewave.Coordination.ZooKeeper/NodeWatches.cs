using System.Collections.Immutable;

namespace Forewave.Coordination.ZooKeeper;

/// <summary>Who waits for which nodes to change. Thread-safe; told by the library's thread.</summary>
internal sealed class NodeWatches
{
    private ImmutableList<(Func<string?, bool> Concerns, Bell Bell)> _watches = [];

    /// <summary>Rings at each change of one of these nodes, until it is removed.</summary>
    internal Bell Add(string[] paths) => Add(path => path is null || paths.Contains(path));

    /// <summary>Rings at each change of a node of which that is true, until it is removed.</summary>
    /// <param name="concerns">Gets the node; null: any may have changed, and then what it says is not looked at. Runs on the library's thread: short, not throwing.</param>
    internal Bell Add(Func<string?, bool> concerns)
    {
        var bell = new Bell();
        ImmutableInterlocked.Update(ref _watches, static (all, added) => all.Add(added), (concerns, bell));
        return bell;
    }

    internal void Remove(Bell bell) => ImmutableInterlocked.Update(ref _watches, static (all, gone) => all.RemoveAll(watch => watch.Bell == gone), bell);

    /// <summary>A node changed; null: all may have, since the connection was lost or is there again.</summary>
    internal void Ring(string? path)
    {
        foreach (var (concerns, bell) in _watches)
        {
            if (concerns(path) || path is null)
                bell.Ring();
        }
    }
}
