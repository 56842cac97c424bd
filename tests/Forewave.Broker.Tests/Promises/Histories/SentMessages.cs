namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>All messages that were sent, for the rules that need to know what was asked for. Applied before them.</summary>
internal sealed class SentMessages
{
    private readonly Dictionary<MessageKey, SentMessage> _messages = [];
    private readonly Dictionary<string, long> _lives = [];
    private readonly HashSet<string> _purging = [];
    private readonly HashSet<string> _deleted = [];

    /// <summary>When the last event happened, as Unix time in milliseconds.</summary>
    public long Now { get; private set; }

    public void Apply(HistoryEvent happened)
    {
        Now = happened.Time.ToUnixTimeMilliseconds();
        switch (happened.Kind)
        {
            case EventKind.QueueMade:
                _lives[happened.Group.Queue] = happened.LifeMilliseconds;
                break;
            case EventKind.PublishSent:
                Sent(happened);
                break;
            case EventKind.PublishAnswered when !happened.IsRepeat && Find(happened.Message) is { } message:
                message.IsAnswered(Now);
                break;
            case EventKind.Delivered when Find(happened.Message) is { } message:
                message.IsSeen(Now);
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
            case EventKind.DeleteSent:
                Delete(happened.Group.Queue);
                break;
            case EventKind.LifeBegan:
                _purging.Clear();
                break;
            default:
                break;
        }
    }

    public SentMessage? Find(MessageKey key) => _messages.GetValueOrDefault(key);

    /// <summary>Somebody wanted a queue deleted.</summary>
    public bool MayBeDeleted(string queue) => _deleted.Contains(queue);

    /// <summary>How many messages of a queue a purge may have met, or need not have come before they expired.</summary>
    public int CountMissable(string queue) => _messages.Values.Count(message =>
        (message.MayBePurged || message.MayHaveExpired(Now)) && message.WasSentTo(queue));

    /// <summary>How many messages of a queue may have expired.</summary>
    public int CountExpirable(string queue) => _messages.Values.Count(message => message.MayHaveExpired(Now) && message.WasSentTo(queue));

    private void Sent(HistoryEvent sent)
    {
        if (_messages.TryGetValue(sent.Message, out var known))
            known.SentAgain(sent);
        else
            _messages.Add(sent.Message, new SentMessage(sent, _lives.GetValueOrDefault(sent.Group.Queue)));
        if (_deleted.Contains(sent.Group.Queue))
            _messages[sent.Message].Delete();
        if (_purging.Contains(sent.Group.Queue))
            _messages[sent.Message].MayBePurged = true;
    }

    /// <summary>What is not due yet is not in the queue: a purge leaves it alone.</summary>
    private void Purge(HistoryEvent purge)
    {
        foreach (var message in _messages.Values)
        {
            if (message.WasSentTo(purge.Group.Queue) && message.Due <= purge.Time.ToUnixTimeMilliseconds())
                message.MayBePurged = true;
        }
    }

    /// <summary>All that was sent to it goes with it.</summary>
    private void Delete(string queue)
    {
        _deleted.Add(queue);
        foreach (var message in _messages.Values.Where(message => message.WasSentTo(queue)))
            message.Delete();
    }
}
