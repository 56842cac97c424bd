using System.Collections.Immutable;

namespace Forewave.Coordination.ZooKeeper;

/// <summary>Who waits for which nodes to change. Thread-safe; told by the library's thread.</summary>
internal sealed class NodeWatches
{
    private ImmutableList<(string[] Paths, Bell Bell)> _watches = [];

    /// <summary>Rings at each change of one of these nodes, until it is removed.</summary>
    internal Bell Add(string[] paths)
    {
        var bell = new Bell();
        ImmutableInterlocked.Update(ref _watches, static (all, added) => all.Add(added), (paths, bell));
        return bell;
    }

    internal void Remove(Bell bell) => ImmutableInterlocked.Update(ref _watches, static (all, gone) => all.RemoveAll(watch => watch.Bell == gone), bell);

    /// <summary>A node changed; null: all may have, since the connection was lost or is there again.</summary>
    internal void Ring(string? path)
    {
        foreach (var (paths, bell) in _watches)
        {
            if (path is null || paths.Contains(path))
                bell.Ring();
        }
    }
}
