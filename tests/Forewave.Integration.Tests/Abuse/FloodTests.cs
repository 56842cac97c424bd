using System.Globalization;
using Forewave.Integration.Tests.Processes;
using Forewave.Protocol;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;
using Xunit.Abstractions;

namespace Forewave.Integration.Tests.Abuse;

/// <summary>Too much of everything, against a broker process: its memory stays bounded, others are unharmed.</summary>
[Trait("Suite", "scenario")]
public sealed class FloodTests(ServerProcess broker, ITestOutputHelper output) : IClassFixture<ServerProcess>
{
    private const long MiB = 1024 * 1024;

    // The recent messages (48 MiB), the sockets' free blocks (64 MiB) and the runtime with its garbage, generously: what a
    // flood costs that is not bounded is far beyond.
    private const long MaxPeakBytes = 400 * MiB;

    private static readonly TimeSpan Stuck = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Million_tiny_requests_are_all_answered()
    {
        const int Pings = 500_000, Opens = 250_000, Unknown = 250_000;
        using var client = await RawClient.GreetedAsync(broker.EndPoint);
        Dictionary<string, int> answers = [];

        await BesideBystanderAsync(async () =>
        {
            var counting = Task.Run(() => client.CountUntilAsync(last: 9));
            await SendManyAsync(client, new() { Correlation = 2, Ping = new() }, Pings);
            await SendManyAsync(client, new() { Correlation = 3, OpenQueue = new() { Queue = "tiny", Create = true } }, Opens);
            await SendManyAsync(client, new() { Correlation = 4 }, Unknown);
            await client.SendAsync(WireFrames.Encode(new() { Correlation = 9, OpenQueue = new() { Queue = "" } }));
            answers = await counting;
        });

        Assert.Equal(Pings, answers["Pong"]);
        Assert.Equal(Unknown, answers[nameof(ErrorCode.CapabilityMissing)]);
        Assert.Equal(Limits.HandlesPerConnection, answers["QueueOpened"]);
        Assert.Equal(Opens - Limits.HandlesPerConnection, answers[nameof(ErrorCode.TooManyHandles)]);
    }

    [Fact]
    public async Task Clients_that_never_read_are_not_read_either()
    {
        List<long> sent = [];

        await BesideBystanderAsync(async () =>
        {
            var clients = await Task.WhenAll(Enumerable.Range(0, 20).Select(DeafAsync));
            byte[] publishes = PublishesOf1KiB(handle: 1);
            sent.AddRange(await Task.WhenAll(clients.Select(client => client.SendUntilStuckAsync(publishes, Stuck))));
            foreach (var client in clients)
                client.Reset();
        });

        output.WriteLine($"the broker took {sent.Sum() / MiB} MiB of the deaf clients before it read no more");
        Assert.All(sent, bytes => Assert.True(bytes > 0));
    }

    [Fact]
    public async Task Thousands_of_connects_that_leave_at_once_leave_nothing_behind()
    {
        const int Connects = 4_000;
        int before = broker.Files.OpenFiles;

        await BesideBystanderAsync(async () =>
        {
            for (int i = 0; i < Connects; i += 8)
                await Task.WhenAll(Enumerable.Range(i, 8).Select(LeaveAtOnceAsync));
        });

        // A later client's answers come when the loops have seen the ends before it.
        await BesideBystanderAsync(() => Task.CompletedTask);
        output.WriteLine($"{before} open files before, {broker.Files.OpenFiles} after {Connects} connects");
        Assert.InRange(broker.Files.OpenFiles, 0, before + 50);
    }

    [Fact]
    public async Task Unfinished_frames_cost_no_more_than_what_was_sent_of_them()
    {
        const int Clients = 16;
        byte[] half = new byte[4 * MiB];
        WireFrames.Prefixed(new byte[Limits.FrameBytes]).AsSpan(0, 4).CopyTo(half);

        await BesideBystanderAsync(async () =>
        {
            var clients = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => RawClient.GreetedAsync(broker.EndPoint)));
            await Task.WhenAll(clients.Select(client => client.SendAsync(half)));
            foreach (var client in clients)
                client.Reset();
        });
    }

    private async Task BesideBystanderAsync(Func<Task> abuse)
    {
        long before = broker.Files.ResidentBytes;
        broker.Files.ForgetPeak();
        output.WriteLine(await Bystander.RunBesideAsync(broker.EndPoint, abuse));
        long peak = broker.Files.PeakBytes;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the broker had {before / MiB} MiB before, {peak / MiB} MiB at most"));
        Assert.True(peak <= MaxPeakBytes, $"{peak / MiB} MiB; {broker.Log}");
    }

    private static async Task SendManyAsync(RawClient client, V1.ClientFrame frame, int count)
    {
        const int Portion = 10_000;
        byte[] portion = WireFrames.Many(frame, Portion);
        for (int sent = 0; sent < count; sent += Portion)
            await client.SendAsync(portion);
    }

    // Subscribed to its own queue with all the credit there is, and from then on it does not read.
    private async Task<RawClient> DeafAsync(int number)
    {
        var client = await RawClient.GreetedAsync(broker.EndPoint);
        string queue = $"deaf-{number}";
        ByteString id = ByteString.CopyFrom(new ProducerId((UInt128)(ulong)(number + 1)).ToBytes());
        await client.AskAsync(new() { Correlation = 2, OpenProducer = new() { ProducerId = id, Name = "deaf" } });
        await client.AskAsync(new() { Correlation = 3, OpenQueue = new() { Queue = queue, Create = true } });
        var subscribed = await client.AskAsync(new() { Correlation = 4, Subscribe = new() { Queue = queue, Group = "deaf", ConsumerId = id, ConsumerName = "deaf" } });
        Assert.NotNull(subscribed.Subscribed);
        await client.SendAsync(WireFrames.Encode(new() { Credit = new() { Subscription = 1, Messages = uint.MaxValue, Bytes = uint.MaxValue } }));
        return client;
    }

    // Without sequences of its own a frame is a repeat from its second sending on; a repeat has its answer too.
    private static byte[] PublishesOf1KiB(uint handle)
    {
        MemoryStream frames = new();
        var message = new V1.Message { Body = ByteString.CopyFrom(new byte[1024]) }.ToByteString();
        for (ulong sequence = 1; sequence <= 50_000; sequence += 50)
        {
            V1.PublishBatch batch = new() { Queue = handle, FirstSequence = sequence };
            batch.Messages.AddRange(Enumerable.Repeat(message, 50));
            V1.Publish publish = new() { Producer = handle };
            publish.Batches.Add(batch);
            frames.Write(WireFrames.Encode(new() { Correlation = 10 + sequence, Publish = publish }));
        }
        return frames.ToArray();
    }

    private async Task LeaveAtOnceAsync(int number)
    {
        var client = await RawClient.ConnectAsync(broker.EndPoint);
        if (number % 2 == 0)
            client.Reset();
        else
            client.Dispose();
    }
}
