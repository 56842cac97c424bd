using Forewave.Client.Connections;
using Forewave.Protocol;
using Forewave.Protocol.V1;
using Google.Protobuf;

namespace Forewave.Client.Consuming;

/// <summary>
/// Makes a consumer known on each new connection, under its own id and with the leases that it still holds. Called by the
/// link, one call at a time.
/// </summary>
internal sealed class Subscribing(ConsumerLane lane, ConsumerOptions options, ForewaveClientOptions client)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(250);
    private bool _wasSubscribed;

    /// <summary>Subscribes; tries again what may succeed later, as long as the connection lives.</summary>
    /// <exception cref="ForewaveException">The broker refuses it for good or cannot do it, or the connection ended.</exception>
    public async ValueTask SubscribeAsync(Connection connection, Action<Subscribed> subscribed, CancellationToken cancellation)
    {
        connection.Capabilities.Require(options.PrefetchMessages > 0 ? CapabilityNames.Streaming : CapabilityNames.LongPolling);
        while (!connection.IsEnding)
        {
            try
            {
                await connection.RequestAsync(
                    new ClientFrame { Subscribe = Request() }, cancellation, answer => subscribed(answer.Subscribed)).ConfigureAwait(false);
                _wasSubscribed = true;
                return;
            }
            catch (ForewaveException e) when (!connection.IsEnding && e.Retry != RetryAdvice.Never)
            {
                await connection.PauseAsync(e.RetryAfter ?? RetryDelay, cancellation).ConfigureAwait(false);
            }
        }
    }

    private Subscribe Request()
    {
        Subscribe request = new()
        {
            Queue = lane.Consumer.Queue.Value,
            Group = lane.Consumer.Group.Value,
            ConsumerId = ByteString.CopyFrom(lane.Consumer.ConsumerId.ToBytes()),
            ConsumerName = options.Name is { } name ? name.Value : client.Name,
            TagFilter = options.TagFilter is { } filter ? filter.Text : "",
            Start = options.Start.ToWire(),
            VisibilityTimeout = (uint)(options.VisibilityTimeout?.TotalMilliseconds ?? 0),
            AtMostOnce = options.AtMostOnce,
            Returning = _wasSubscribed,
            CreateQueue = options.CreateQueue,
            TellRole = true,
        };
        request.Held.AddRange(lane.Settlements.Held());
        return request;
    }
}
