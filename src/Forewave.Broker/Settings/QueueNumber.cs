using Forewave.Protocol;
using Forewave.Protocol.Access;

namespace Forewave.Broker.Settings;

/// <summary>A number that is set for each queue: of several settings the one that names most of the queue's name wins. Immutable.</summary>
internal sealed class QueueNumber
{
    private readonly long _whole;
    private readonly (QueuePattern Queues, long Number)[] _scopes;

    public QueueNumber(SettingTable table, string key)
    {
        _whole = table.ValueOf(key) is { } value ? LiveSetting.NumberOf(value) : 0;
        _scopes = [.. table.ScopesOf(key).Select(one => (new QueuePattern(one.Scope), LiveSetting.NumberOf(one.Value)))
            .OrderByDescending(one => one.Item1.Text[^1] != '*').ThenByDescending(one => one.Item1.Text.Length)];
    }

    /// <summary>It is 0 for every queue.</summary>
    public bool IsNone => _whole == 0 && Array.TrueForAll(_scopes, static one => one.Number == 0);

    /// <summary>That of a queue.</summary>
    public long Of(QueueName queue)
    {
        foreach (var (queues, number) in _scopes)
        {
            if (queues.Covers(queue))
                return number;
        }
        return _whole;
    }
}
