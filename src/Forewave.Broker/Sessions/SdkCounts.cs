namespace Forewave.Broker.Sessions;

/// <summary>
/// How many connections there are of each SDK and version. Peers choose the names: 64 kinds at once are told apart, all others are one.
/// Thread-safe.
/// </summary>
internal sealed class SdkCounts
{
    /// <summary>Kinds that are told apart.</summary>
    public const int MaxKinds = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<SdkKind, int> _counts = [];

    /// <summary>Every kind with its connections, in the order of names and versions.</summary>
    public IReadOnlyList<(SdkKind Kind, int Connections)> All
    {
        get
        {
            lock (_lock)
                return [.. _counts.OrderBy(pair => pair.Key.Name, StringComparer.Ordinal).ThenBy(pair => pair.Key.Version, StringComparer.Ordinal).Select(pair => (pair.Key, pair.Value))];
        }
    }

    /// <summary>A connection said hello; as what it is counted until <see cref="Leave"/>.</summary>
    public SdkKind Enter(SdkKind kind)
    {
        lock (_lock)
        {
            var counted = _counts.ContainsKey(kind) || _counts.Count < MaxKinds ? kind : SdkKind.Others;
            _counts[counted] = _counts.GetValueOrDefault(counted) + 1;
            return counted;
        }
    }

    /// <summary>It ended.</summary>
    public void Leave(SdkKind counted)
    {
        lock (_lock)
        {
            if (--_counts[counted] == 0)
                _counts.Remove(counted);
        }
    }
}
