using System.Globalization;
using Forewave.Bench.Peers.Peers;
using Forewave.Bench.Peers.Workloads;

namespace Forewave.Bench.Peers.Redis;

/// <summary>A stream and its one consumer group.</summary>
internal sealed class RedisQueueClient : IQueueClient
{
    public const string Group = "drain";
    private readonly int _port;

    public RedisQueueClient(int port) => _port = port;

    // The server reads 16 KiB of a connection, goes on with the next and then syncs once for all of them: one connection alone would
    // pay a sync for 16 messages of 1 KiB.
    public int Producers => 8;

    public int MessagesPerRun => 100;

    public Task CreateQueueAsync(string queue, CancellationToken cancellation) =>
        RedisRequest.SendAsync(_port, ["XGROUP", "CREATE", queue, Group, "0", "MKSTREAM"], cancellation);

    public async Task<IPublishLink> OpenPublisherAsync(string queue, ReceiptWindow window, CancellationToken cancellation) =>
        await RedisPublishLink.OpenAsync(_port, queue, window, cancellation);

    public async Task<IConsumeLink> OpenConsumerAsync(string queue, AckMode ackMode, CancellationToken cancellation) =>
        await RedisConsumeLink.OpenAsync(_port, queue, cancellation);

    // XPENDING's first number; what was never delivered is lost for the check, which counts it anyway.
    public async Task<long?> CountUnsettledAsync(string queue, int published, CancellationToken cancellation)
    {
        var answer = await RedisRequest.SendAsync(_port, ["XPENDING", queue, Group], cancellation);
        var number = answer.Split("\r\n")[1];
        return long.Parse(number.AsSpan(1), CultureInfo.InvariantCulture);
    }
}
