namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>A group of a queue; with an empty group the queue itself.</summary>
internal readonly record struct GroupKey
{
    private readonly string? _queue;
    private readonly string? _group;

    private GroupKey(string queue, string? group)
    {
        _queue = queue;
        _group = group;
    }

    public string Queue => _queue ?? "";

    public string Group => _group ?? "";

    public static GroupKey OfQueue(string queue) => new(queue, null);

    public GroupKey Of(string group) => new(Queue, group);

    public override string ToString() => Group.Length == 0 ? Queue : $"{Queue}/{Group}";
}
