namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>
/// Within its window a deduplication id has one message in its queue, and the receipt of a repeat names that one. The window counts from
/// the storing, which lies between the first sending and the first sign of the message.
/// </summary>
internal sealed class IdRules(ViolationLog log, SentMessages sent)
{
    private readonly Dictionary<string, TimeSpan> _windows = [];

    public void Apply(HistoryEvent happened)
    {
        if (happened.Kind == EventKind.QueueMade && happened.Count > 0)
            _windows[happened.Group.Queue] = TimeSpan.FromSeconds(happened.Count);
    }

    /// <summary>Looks at all messages that are known to be stored.</summary>
    public void Finish(IEnumerable<PublishedMessage> messages)
    {
        var byId = messages
            .Where(message => message.IsFirm && IdOf(message).Length > 0 && sent.Find(message.Key) is { HasOneQueue: true, MayMeetDeletion: false })
            .GroupBy(message => (message.Queue, Id: IdOf(message)));
        foreach (var one in byId)
        {
            var window = _windows.GetValueOrDefault(one.Key.Queue, TimeSpan.FromMinutes(10));
            var stored = one.OrderBy(message => message.Position).ToList();
            for (int i = 0; i + 1 < stored.Count; i++)
                Check(stored[i], stored[i + 1], window);
        }
    }

    /// <summary>A receipt of a message says that it is the one at a position, whose owner is another message.</summary>
    public void CheckRepeat(HistoryEvent receipt, PublishedMessage owner)
    {
        string id = sent.Find(receipt.Message)?.First.DeduplicationId ?? "";
        bool isSame = id.Length > 0 && IdOf(owner) == id && sent.Find(receipt.Message)!.SharesQueue(sent.Find(owner.Key)!);
        log.Require(isSame, () => new Violation(
            ViolationKind.RepeatOfAnother, $"the receipt of message {receipt.Message} with id '{id}' names message {owner.Key} with id '{IdOf(owner)}'")
        { Message = receipt.Message, Position = receipt.Position });
    }

    private void Check(PublishedMessage first, PublishedMessage second, TimeSpan window)
    {
        var sentFirst = sent.Find(first.Key)!.First.Time;
        var sentSecond = sent.Find(second.Key)!.First.Time;
        var begin = sentFirst < sentSecond ? sentFirst : sentSecond;
        var end = first.FirmTime > second.FirmTime ? first.FirmTime : second.FirmTime;
        log.Require(end - begin >= window, () => new Violation(
            ViolationKind.IdStoredTwice, $"messages {first.Key} and {second.Key} with id '{IdOf(first)}' are both stored in {first.Queue}, at most {end - begin} apart")
        { Message = second.Key, Position = first.Position });
    }

    private string IdOf(PublishedMessage message) => sent.Find(message.Key)?.First.DeduplicationId ?? "";
}
