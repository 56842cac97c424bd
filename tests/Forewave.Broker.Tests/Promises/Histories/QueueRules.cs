namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>One offset, one message, for ever; dense within each band of priority; in the order of each producer.</summary>
internal sealed class QueueRules(ViolationLog log, SentMessages sent)
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

    /// <summary>The messages of a queue that are known, by offset: the first delivery of each.</summary>
    public IEnumerable<HistoryEvent> Messages(string queue) => _queues.TryGetValue(queue, out var messages) ? messages.Values : [];

    public bool Has(string queue, ulong position) => _offsets.ContainsKey((queue, position));

    public void Finish()
    {
        foreach (var (queue, messages) in _queues)
        {
            var bands = messages.GroupBy(message => HistoryEvent.BandOf(message.Key)).ToList();
            // What was purged, or expired, before anybody got it leaves its offsets out.
            long left = sent.CountMissable(queue) - messages.Values.Count(message =>
                sent.Find(message.Message) is { } asked && (asked.MayBePurged || asked.MayHaveExpired(sent.Now)));
            foreach (var band in bands)
                left -= CheckDense(queue, band.Key, left, [.. band.Select(pair => pair.Key)]);
            foreach (var band in bands)
                CheckOrder(queue, band.Select(pair => pair.Value));
        }
    }

    /// <summary>Offsets are dense from 1 in each band, but for so many; returns how many are left out.</summary>
    private long CheckDense(string queue, int band, long mayBeLeftOut, long[] offsets)
    {
        long expected = ((long)band << 56) + 1;
        long leftOut = 0;
        foreach (long offset in offsets)
        {
            leftOut += offset - expected;
            log.Require(leftOut <= mayBeLeftOut, () => new Violation(
                ViolationKind.OffsetsBroken, $"{queue} has no offset {expected}, the next one is {offset}")
            { Group = GroupKey.OfQueue(queue), Offset = offset });
            leftOut = Math.Min(leftOut, Math.Max(0, mayBeLeftOut));
            expected = offset + 1;
        }
        return leftOut;
    }

    /// <summary>What is available at once stands in the order of each producer.</summary>
    private void CheckOrder(string queue, IEnumerable<HistoryEvent> messages)
    {
        var last = new Dictionary<int, MessageKey>();
        foreach (var message in messages.Where(message => sent.Find(message.Message) is { First.Due: 0 }))
        {
            if (last.TryGetValue(message.Message.Producer, out var before))
            {
                log.Require(before.Sequence < message.Message.Sequence, () => About(
                    message, ViolationKind.OrderBroken, $"message {message.Message} stands after {before} in {queue}"));
            }
            last[message.Message.Producer] = message.Message;
        }
    }

    private static Violation About(HistoryEvent happened, ViolationKind kind, string text) => new(kind, text)
    {
        Message = happened.Message, Group = GroupKey.OfQueue(happened.Group.Queue), Offset = happened.Offset,
    };
}
