namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>All messages that were sent, for the rules that need to know what was asked for. Applied before them.</summary>
internal sealed class SentMessages
{
    private readonly Dictionary<MessageKey, SentMessage> _messages = [];
    private readonly HashSet<string> _purging = [];

    public void Apply(HistoryEvent happened)
    {
        switch (happened.Kind)
        {
            case EventKind.PublishSent:
                Sent(happened);
                break;
            case EventKind.CancelSent when Find(happened.Message) is { } message:
                message.MayBeCancelled = true;
                break;
            case EventKind.RescheduleSent when Find(happened.Message) is { } message:
                message.Due = Math.Min(message.Due, happened.Due);
                message.HasItsFirstTime = false;
                break;
            case EventKind.PurgeSent:
                _purging.Add(happened.Group.Queue);
                Purge(happened);
                break;
            case EventKind.PurgeAnswered:
                Purge(happened);
                _purging.Remove(happened.Group.Queue);
                break;
            case EventKind.LifeBegan:
                _purging.Clear();
                break;
            default:
                break;
        }
    }

    public SentMessage? Find(MessageKey key) => _messages.GetValueOrDefault(key);

    /// <summary>How many messages of a queue a purge may have met.</summary>
    public int CountPurgeable(string queue) =>
        _messages.Values.Count(message => message.MayBePurged && message.First.Group.Queue == queue);

    private void Sent(HistoryEvent sent)
    {
        _messages.TryAdd(sent.Message, new SentMessage(sent));
        if (_purging.Contains(sent.Group.Queue))
            _messages[sent.Message].MayBePurged = true;
    }

    /// <summary>What is not due yet is not in the queue: a purge leaves it alone.</summary>
    private void Purge(HistoryEvent purge)
    {
        foreach (var message in _messages.Values)
        {
            if (message.First.Group.Queue == purge.Group.Queue && message.Due <= purge.Time.ToUnixTimeMilliseconds())
                message.MayBePurged = true;
        }
    }
}
