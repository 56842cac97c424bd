using Forewave.Protocol;
using Forewave.Protocol.Access;

namespace Forewave.Broker.Settings;

/// <summary>A switch that is set for the broker and for queues: of several settings the one that names most of the queue's name wins. Immutable.</summary>
internal sealed class QueueSwitch
{
    private readonly bool _whole;
    // Those that name most first; a queue's name is more than any beginning of it.
    private readonly (QueuePattern Queues, bool On)[] _scopes;

    public QueueSwitch(SettingTable table, string key, bool atStart)
    {
        _whole = table.ValueOf(key) is { } value ? value == LiveSetting.On : atStart;
        _scopes = [.. table.ScopesOf(key).Select(one => (new QueuePattern(one.Scope), one.Value == LiveSetting.On))
            .OrderByDescending(one => one.Item1.Text[^1] != '*').ThenByDescending(one => one.Item1.Text.Length)];
    }

    /// <summary>It is on for every queue.</summary>
    public bool IsOnEverywhere => _whole && Array.TrueForAll(_scopes, static one => one.On);

    /// <summary>How many of its settings are off.</summary>
    public int CountOff => (_whole ? 0 : 1) + _scopes.Count(static one => !one.On);

    /// <summary>Whether it is on for a queue.</summary>
    public bool IsOn(QueueName queue)
    {
        foreach (var (queues, on) in _scopes)
        {
            if (queues.Covers(queue))
                return on;
        }
        return _whole;
    }
}
