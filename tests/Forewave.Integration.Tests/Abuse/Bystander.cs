using System.Diagnostics;
using System.Net;
using System.Text;
using Forewave.Client;
using Forewave.Client.Consuming;
using Forewave.Protocol;

namespace Forewave.Integration.Tests.Abuse;

/// <summary>
/// A client that behaves, on the same broker: publishes one message after the other while others misbehave, and consumes them.
/// Every publish must be answered, every message must come, once and in order.
/// </summary>
internal static class Bystander
{
    private const int LeastMessages = 200;
    private const string End = "end";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static int _last;

    /// <summary>Runs the abuse with the bystander beside it; a line that tells what the bystander saw.</summary>
    public static async Task<string> RunBesideAsync(IPEndPoint broker, Func<Task> abuse)
    {
        await using ForewaveClient client = new(broker.ToString());
        await using var producer = client.CreateProducer();
        QueueName queue = new($"bystander-{Interlocked.Increment(ref _last)}");
        await using var consumer = client.CreateConsumer(queue, new GroupName("watching"));
        await consumer.SubscribedAsync().WaitAsync(Patience);

        var abusing = Task.Run(abuse);
        var consuming = ConsumeAsync(consumer);
        var slowest = TimeSpan.Zero;
        int published = 0;
        for (; published < LeastMessages || !abusing.IsCompleted; published++)
        {
            long begun = Stopwatch.GetTimestamp();
            await producer.PublishAsync(queue, Encoding.UTF8.GetBytes($"{published}")).AsTask().WaitAsync(Patience);
            slowest = TimeSpan.FromTicks(Math.Max(slowest.Ticks, Stopwatch.GetElapsedTime(begun).Ticks));
        }
        await abusing;
        await producer.PublishAsync(queue, Encoding.UTF8.GetBytes(End));
        Assert.Equal(published, await consuming.WaitAsync(Patience));
        return $"the bystander published {published} messages, the slowest in {slowest.TotalMilliseconds:0} ms, and got all";
    }

    // How many came before the end.
    private static async Task<int> ConsumeAsync(Consumer consumer)
    {
        int next = 0;
        await foreach (var message in consumer)
        {
            string body = Encoding.UTF8.GetString(message.Body.Span);
            message.Ack();
            if (body == End)
                break;
            Assert.Equal($"{next}", body);
            next++;
        }
        await consumer.FlushAsync();
        return next;
    }
}
