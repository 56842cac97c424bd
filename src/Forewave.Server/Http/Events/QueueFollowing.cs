using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Server.Http.Events;

/// <summary>
/// Follows a queue by looking: what came since the last look, in the order in which it came, each message once. No group knows of
/// it. For one request, on one task.
/// </summary>
internal sealed class QueueFollowing(QueueName queue, MessageFilter filter, EventId from)
{
    private const int PageMessages = 100;

    private readonly HashSet<long> _sentThen = [];
    private long _milliseconds = from.Milliseconds;
    private (long Next, long Messages, DateTimeOffset? Last) _seen;
    private bool _isCaughtUp;

    /// <summary>The next messages; none: there are no more for the moment.</summary>
    /// <exception cref="ForewaveException">The queue is gone, or cannot be looked at now.</exception>
    public async ValueTask<IReadOnlyList<FoundMessage>> NextAsync(BrokerAdministration broker, CancellationToken cancellation)
    {
        var details = await broker.ShowQueueAsync(queue, cancellation);
        var now = (details.NextOffset.Value, details.Messages, details.LastPublishTime);
        if (_isCaughtUp && now == _seen)
            return [];
        // From the first offset on: what is scheduled is not in the queue yet.
        var wanted = filter with { From = DateTimeOffset.FromUnixTimeMilliseconds(_milliseconds), FromOffset = new Offset(1) };
        List<FoundMessage> found = [];
        string? resume = null;
        do
        {
            var page = await broker.Search.FindPageAsync(queue, wanted, new PageSize { Messages = PageMessages, WithContent = true }, resume, cancellation);
            found.AddRange(page.Messages.Where(IsNew));
            resume = page.Resume;
        }
        while (resume is not null && found.Count == 0);
        _isCaughtUp = resume is null;
        _seen = now;
        return found;
    }

    /// <summary>A message was sent: it does not come again.</summary>
    public EventId Sent(FoundMessage message)
    {
        long then = TimeOf(message);
        if (then > _milliseconds)
        {
            _sentThen.Clear();
            _milliseconds = then;
        }
        _sentThen.Add(message.Offset!.Value.Value);
        return new EventId(then, new EventPlace(message.Offset.Value.Value));
    }

    private bool IsNew(FoundMessage message)
    {
        if (message.Offset is not { } offset || TimeOf(message) < _milliseconds)
            return false;
        bool wasSent = TimeOf(message) == from.Milliseconds && offset.Value <= from.Place.Offset;
        return !wasSent && !_sentThen.Contains(offset.Value);
    }

    private static long TimeOf(FoundMessage message) => (message.QueuedTime ?? message.PublishTime).ToUnixTimeMilliseconds();
}
