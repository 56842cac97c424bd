using Forewave.Client.Producing;
using Forewave.Protocol;

namespace Forewave.Client.Requesting;

/// <summary>
/// A connection of its own for replies, with the reply queues that were published to over it: each has a handle at the broker as
/// long as the connection lives. Not thread-safe but for publishing.
/// </summary>
internal sealed class ReplyWay : IAsyncDisposable
{
    private readonly ForewaveClient _client;
    private readonly HashSet<QueueName> _queues = [];

    public ReplyWay(ForewaveClientOptions options, ProducerName? name)
    {
        _client = new ForewaveClient(options);
        // A reply to a program that is gone must not make its queue anew.
        Producer = _client.CreateProducer(new ProducerOptions { Name = name, CreateQueues = false });
    }

    public Producer Producer { get; }

    /// <summary>Notes a reply queue; false: it is one too many for this connection.</summary>
    public bool TryNote(QueueName queue, int most) => _queues.Contains(queue) || (_queues.Count < most && _queues.Add(queue));

    public async ValueTask DisposeAsync()
    {
        await Producer.DisposeAsync().ConfigureAwait(false);
        await _client.DisposeAsync().ConfigureAwait(false);
    }
}
