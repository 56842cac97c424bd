using System.Collections.Concurrent;

namespace Forewave.Broker.Quotas;

/// <summary>How many connections users have. Thread-safe.</summary>
internal sealed class UserConnections
{
    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>One more; false: the user has as many as it may, and this one is not counted.</summary>
    public bool TryEnter(string user, long most)
    {
        while (true)
        {
            int before = _counts.GetValueOrDefault(user);
            if (most > 0 && before >= most)
                return false;
            if (before == 0 ? _counts.TryAdd(user, 1) : _counts.TryUpdate(user, before + 1, before))
                return true;
        }
    }

    /// <summary>One that was counted has ended.</summary>
    public void Leave(string user)
    {
        while (true)
        {
            int before = _counts.GetValueOrDefault(user);
            bool isDone = before == 1
                ? _counts.TryRemove(new KeyValuePair<string, int>(user, 1))
                : _counts.TryUpdate(user, before - 1, before);
            if (isDone)
                return;
        }
    }
}
