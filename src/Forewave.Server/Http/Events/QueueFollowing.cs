using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Server.Http.Events;

/// <summary>
/// Follows a queue by looking, each message once: a look goes through the queue from a time on, one priority after the other, page
/// by page until its end; the next one begins where nothing can be missing. What was seen is told by an offset for each priority, in
/// which messages come in order. No group knows of it. For one request, on one task; what a look throws leaves it where it was.
/// </summary>
internal sealed class QueueFollowing
{
    private const int PageMessages = 100;

    // A message has its time when it is appended, and is seen when it is committed: no commit takes as long.
    private const long CommitMilliseconds = 10_000;

    private readonly QueueName _queue;
    private readonly MessageFilter _filter;
    private readonly TimeProvider _time;
    private readonly SortedDictionary<long, EventPlace> _seen = [];
    private (long Next, long Messages, DateTimeOffset? Last) _shown;
    private long _milliseconds;
    private long _newest;
    private long _begun;
    private bool _hasPriorities;
    private bool _isLooking;
    private string? _resume;

    public QueueFollowing(QueueName queue, MessageFilter filter, EventId from, TimeProvider time)
    {
        _queue = queue;
        _filter = filter;
        _time = time;
        _milliseconds = from.Milliseconds;
        foreach (var place in from.Places)
            See(place);
        _hasPriorities = _seen.Count > 1;
    }

    /// <summary>The next messages; none: there are no more for the moment.</summary>
    /// <exception cref="ForewaveException">The queue is gone, or cannot be looked at now.</exception>
    public async ValueTask<IReadOnlyList<FoundMessage>> NextAsync(BrokerAdministration broker, CancellationToken cancellation)
    {
        _isLooking = _isLooking || await BeginAsync(broker, cancellation);
        if (!_isLooking)
            return [];
        List<FoundMessage> found = [];
        do
        {
            // From the first offset on: what is scheduled is not in the queue yet.
            var wanted = _filter with { From = DateTimeOffset.FromUnixTimeMilliseconds(_milliseconds), FromOffset = new Offset(1) };
            var page = await broker.Search.FindPageAsync(_queue, wanted, new PageSize { Messages = PageMessages, WithContent = true }, _resume, cancellation);
            found.AddRange(page.Messages.Where(IsNew));
            _resume = page.Resume;
            _isLooking = _resume is not null;
        }
        while (_isLooking && found.Count == 0);
        return found;
    }

    /// <summary>A message was sent: it does not come again.</summary>
    public EventId Sent(FoundMessage message)
    {
        See(new EventPlace(message.Offset!.Value.Value));
        _newest = Math.Max(_newest, (message.QueuedTime ?? message.PublishTime).ToUnixTimeMilliseconds());
        // Of a single priority nothing older can come; of several only what the look began with is sure.
        return new EventId(_hasPriorities ? _milliseconds : Math.Max(_milliseconds, _newest), [.. _seen.Values]);
    }

    // False: nothing came since the last look.
    private async ValueTask<bool> BeginAsync(BrokerAdministration broker, CancellationToken cancellation)
    {
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var details = await broker.ShowQueueAsync(_queue, cancellation);
        var shown = (details.NextOffset.Value, details.Messages, details.LastPublishTime);
        if (_begun > 0 && shown == _shown)
            return false;
        // The queue was deleted and made again: its offsets began anew.
        if (_seen.TryGetValue(0, out var last) && last.Offset >= details.NextOffset.Value)
            _seen.Clear();
        _hasPriorities = details.MessagesByPriority.Count > 1 || _seen.Count > 1;
        // What the last look did not see was committed after its beginning.
        long unseen = _begun - CommitMilliseconds;
        _milliseconds = Math.Max(_milliseconds, _hasPriorities ? unseen : Math.Max(_newest, unseen));
        (_begun, _shown) = (now, shown);
        return true;
    }

    private void See(EventPlace place)
    {
        if (place.Offset > 0 && (!_seen.TryGetValue(place.Band, out var before) || before.Offset < place.Offset))
            _seen[place.Band] = place;
    }

    private bool IsNew(FoundMessage message) =>
        message.Offset is { } offset
        && (!_seen.TryGetValue(new EventPlace(offset.Value).Band, out var last) || last.Offset < offset.Value);
}
