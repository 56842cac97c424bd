using System.Text;
using Forewave.Client;
using Forewave.Client.Consuming;
using Forewave.Protocol;

namespace Forewave.Outbox.Tests.Databases;

/// <summary>What a broker has stored.</summary>
internal static class Queues
{
    /// <summary>All that is in a queue, in the order of its offsets; acked after that.</summary>
    public static async Task<List<string>> BodiesAsync(ForewaveClient client, string queue)
    {
        long stored = (await client.Administration.ShowQueueAsync(new QueueName(queue))).Messages;
        List<(Offset Offset, string Body)> bodies = [];
        await using Consumer consumer = client.CreateConsumer(new QueueName(queue), new GroupName($"reader{Guid.NewGuid():n}"[..20]));
        await foreach (ReceivedMessage message in consumer)
        {
            bodies.Add((message.Offset, Encoding.UTF8.GetString(message.Body.Span)));
            message.Ack();
            if (bodies.Count == stored)
            {
                break;
            }
        }

        return [.. bodies.OrderBy(one => one.Offset).Select(one => one.Body)];
    }
}
