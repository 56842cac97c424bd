using System.Globalization;
using System.Text.Json;
using Forewave.Bench.Peers.Peers;
using Forewave.Bench.Peers.Workloads;

namespace Forewave.Bench.Peers.Nats;

/// <summary>Streams and consumers of JetStream over its JSON API.</summary>
internal sealed class NatsQueueClient : IQueueClient
{
    /// <summary>Deliveries that the consumer may have unacknowledged.</summary>
    public const int MaxAckPending = 20_000;

    private const string Group = "drain";
    private readonly int _port;

    public NatsQueueClient(int port) => _port = port;

    public int Producers => 1;

    public int MessagesPerRun => 500;

    public async Task CreateQueueAsync(string queue, CancellationToken cancellation)
    {
        var body = $$"""{"name":"{{queue}}","subjects":["{{queue}}"],"storage":"file","retention":"limits","num_replicas":1,"max_msgs":-1,"max_bytes":-1}""";
        using var answer = await NatsRequest.SendAsync(_port, $"$JS.API.STREAM.CREATE.{queue}", body, cancellation);
    }

    public async Task<IPublishLink> OpenPublisherAsync(string queue, ReceiptWindow window, CancellationToken cancellation) =>
        await NatsPublishLink.OpenAsync(_port, queue, window, cancellation);

    // A push consumer: the server sends without being asked, up to the limit of unacknowledged deliveries. Of the two kinds it is the
    // faster, and it needs no requests that an idle queue would have to renew.
    public async Task<IConsumeLink> OpenConsumerAsync(string queue, AckMode ackMode, CancellationToken cancellation)
    {
        var link = await NatsConsumeLink.OpenAsync(_port, queue, ackMode, cancellation);
        try
        {
            var policy = ackMode == AckMode.Each ? "explicit" : "all";
            var pending = MaxAckPending.ToString(CultureInfo.InvariantCulture);
            var body = $$$"""
                {"stream_name":"{{{queue}}}","config":{"durable_name":"{{{Group}}}","deliver_subject":"deliver.{{{queue}}}","deliver_policy":"all","ack_policy":"{{{policy}}}","max_ack_pending":{{{pending}}},"replay_policy":"instant"}}
                """;
            using var answer = await NatsRequest.SendAsync(_port, $"$JS.API.CONSUMER.DURABLE.CREATE.{queue}.{Group}", body, cancellation);
            return link;
        }
        catch
        {
            await link.DisposeAsync();
            throw;
        }
    }

    // The server takes acks on a task of its own, so the count is asked until it does not fall any more.
    public async Task<long?> CountUnsettledAsync(string queue, int published, CancellationToken cancellation)
    {
        for (var last = long.MaxValue; ;)
        {
            using var answer = await NatsRequest.SendAsync(_port, $"$JS.API.CONSUMER.INFO.{queue}.{Group}", "", cancellation);
            var unsettled = NumberIn(answer, "num_pending") + NumberIn(answer, "num_ack_pending");
            if (unsettled == 0 || unsettled >= last)
            {
                return unsettled;
            }

            last = unsettled;
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancellation);
        }
    }

    private static long NumberIn(JsonDocument answer, string name) => answer.RootElement.GetProperty(name).GetInt64();
}
