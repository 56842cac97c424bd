using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Search;

/// <summary>Publishes messages to one queue and finds them, by generated code alone.</summary>
internal sealed class SearchClient
{
    public const string Queue = "orders";
    private readonly TestClient _client;
    private readonly uint _producer;
    private readonly uint _queue;
    private ulong _sequence = 1;

    private SearchClient(TestClient client, uint producer, uint queue)
    {
        _client = client;
        _producer = producer;
        _queue = queue;
    }

    public static async Task<SearchClient> ConnectAsync(BrokerEngine engine, ulong producer)
    {
        var client = await TestClient.GreetedAsync(engine, 8 * 1024 * 1024);
        uint handle = await client.OpenProducerAsync(new ProducerId(producer));
        return new SearchClient(client, handle, await client.OpenQueueAsync(Queue));
    }

    /// <summary>A message with keys.</summary>
    public static V1.Message Message(string body, params string[] keys)
    {
        var message = new V1.Message { Body = ByteString.CopyFromUtf8(body) };
        message.Keys.AddRange(keys);
        return message;
    }

    /// <summary>Publishes; returns the answer.</summary>
    public async Task<V1.PublishedBatch> PublishAsync(params V1.Message[] messages)
    {
        var batch = new V1.PublishBatch { Queue = _queue, FirstSequence = _sequence };
        batch.Messages.AddRange(messages.Select(message => message.ToByteString()));
        _sequence += (ulong)messages.Length;
        return await _client.PublishAsync(_producer, batch);
    }

    public async Task<V1.ServerFrame> AskAsync(V1.AdministrationRequest request) =>
        await _client.AskAsync(new V1.ClientFrame { Administration = request });

    /// <summary>One step.</summary>
    public async Task<V1.FoundMessages> StepAsync(V1.FindMessages find)
    {
        var answer = await AskAsync(new() { FindMessages = find });
        Assert.True(answer.Error is null, answer.Error?.Text);
        return answer.Administration.Found;
    }

    /// <summary>All steps.</summary>
    public async Task<List<V1.FoundMessage>> FindAsync(V1.FindMessages find)
    {
        List<V1.FoundMessage> found = [];
        find = find.Clone();
        find.Queue = Queue;
        while (true)
        {
            var step = await StepAsync(find);
            Assert.Equal(0ul, step.Damaged);
            found.AddRange(step.Messages);
            if (step.Resume.Length == 0)
                return found;
            find.Resume = step.Resume;
        }
    }

    /// <summary>Bodies of all steps.</summary>
    public async Task<string[]> BodiesAsync(V1.FindMessages find)
    {
        find = find.Clone();
        find.WithMessages = true;
        return [.. (await FindAsync(find)).Select(found => V1.Message.Parser.ParseFrom(found.Message).Body.ToStringUtf8())];
    }
}
