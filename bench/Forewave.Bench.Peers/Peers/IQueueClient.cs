using Forewave.Bench.Peers.Workloads;

namespace Forewave.Bench.Peers.Peers;

/// <summary>How a peer that is driven over its wire protocol makes a queue and opens links to it.</summary>
internal interface IQueueClient
{
    /// <summary>Producers that serve this peer best; each is a connection of its own.</summary>
    int Producers { get; }

    /// <summary>The most messages that one write should carry.</summary>
    int MessagesPerRun { get; }

    Task CreateQueueAsync(string queue, CancellationToken cancellation);

    Task<IPublishLink> OpenPublisherAsync(string queue, ReceiptWindow window, CancellationToken cancellation);

    /// <summary>Joins or makes the group <c>drain</c>, which starts at the earliest message.</summary>
    Task<IConsumeLink> OpenConsumerAsync(string queue, AckMode ackMode, CancellationToken cancellation);

    /// <summary>Messages of the queue that the group has not settled, as the broker counts them; null when it has no such count.</summary>
    Task<long?> CountUnsettledAsync(string queue, int published, CancellationToken cancellation);
}
