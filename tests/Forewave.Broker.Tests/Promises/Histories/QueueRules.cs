namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>One offset, one message, for ever; dense; in the order of each producer.</summary>
internal sealed class QueueRules(ViolationLog log)
{
    private readonly Dictionary<string, SortedDictionary<long, HistoryEvent>> _queues = [];
    private readonly Dictionary<(string Queue, ulong Position), long> _offsets = [];

    public void Apply(HistoryEvent happened)
    {
        if (happened.Kind != EventKind.Delivered)
            return;
        string queue = happened.Group.Queue;
        if (!_queues.TryGetValue(queue, out var messages))
            _queues.Add(queue, messages = []);
        if (!messages.TryAdd(happened.Offset, happened) && messages[happened.Offset] is var first)
        {
            bool isSame = first.Position == happened.Position && first.Message == happened.Message && first.Text == happened.Text;
            log.Require(isSame, () => About(happened, ViolationKind.DeliveredVanished, $"offset {happened.Offset} had message {first.Message} before"));
        }
        if (!_offsets.TryAdd((queue, happened.Position), happened.Offset) && _offsets[(queue, happened.Position)] is var offset)
        {
            log.Require(offset == happened.Offset, () =>
                About(happened, ViolationKind.OffsetsBroken, $"message {happened.Message} had offset {offset} before"));
        }
    }

    /// <summary>How many messages a queue has.</summary>
    public long End(string queue) => _queues.TryGetValue(queue, out var messages) ? messages.Keys.Last() : 0;

    public bool Has(string queue, ulong position) => _offsets.ContainsKey((queue, position));

    public HistoryEvent? Find(string queue, long offset) => _queues[queue].GetValueOrDefault(offset);

    public void Finish()
    {
        foreach (var (queue, messages) in _queues)
        {
            long expected = 1;
            var last = new Dictionary<int, MessageKey>();
            foreach (var (offset, message) in messages)
            {
                log.Require(offset == expected, () => new Violation(
                    ViolationKind.OffsetsBroken, $"{queue} has no offset {expected}, the next one is {offset}")
                { Group = message.Group, Offset = offset });
                expected = offset + 1;
                if (last.TryGetValue(message.Message.Producer, out var before))
                {
                    log.Require(before.Sequence < message.Message.Sequence, () => About(
                        message, ViolationKind.OrderBroken, $"message {message.Message} stands after {before} in {queue}"));
                }
                last[message.Message.Producer] = message.Message;
            }
        }
    }

    private static Violation About(HistoryEvent happened, ViolationKind kind, string text) => new(kind, text)
    {
        Message = happened.Message, Group = GroupKey.OfQueue(happened.Group.Queue), Offset = happened.Offset,
    };
}
