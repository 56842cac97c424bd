using System.Text;
using Forewave.Client.Consuming;
using Forewave.Client.Producing;
using Forewave.Protocol;
using Forewave.Testing;
using Command = Forewave.Protocol.V1.ClientFrame.CommandOneofCase;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Tests.Fakes;

/// <summary>A client and the fake broker that it is connected to.</summary>
internal sealed class Scene : IAsyncDisposable
{
    public static readonly QueueName Queue = new("orders");
    public static readonly GroupName Group = new("mail");

    private Scene(FakeBroker broker, ForewaveClientOptions options)
    {
        Broker = broker;
        Client = new ForewaveClient(options);
    }

    public FakeBroker Broker { get; }

    public ForewaveClient Client { get; }

    public TestClock Time => Broker.Time;

    /// <summary>The connection there is.</summary>
    public FakeConnection Connection { get; private set; } = null!;

    public Consumer Consumer { get; private set; } = null!;

    public Producer Producer { get; private set; } = null!;

    public static Scene Start(Func<ForewaveClientOptions, ForewaveClientOptions>? change = null)
    {
        FakeBroker broker = new();
        return new Scene(broker, change?.Invoke(broker.Options) ?? broker.Options);
    }

    /// <summary>A consumer that is subscribed. Acks are sent at once unless a delay is given.</summary>
    public static async Task<Scene> ConsumingAsync(
        ConsumerOptions? options = null, TimeSpan? visibilityTimeout = null, TimeSpan ackDelay = default)
    {
        Scene scene = Start();
        scene.Consumer = scene.Client.CreateConsumer(Queue, Group, (options ?? new ConsumerOptions()) with { AckDelay = ackDelay });
        scene.Connection = await scene.Broker.AcceptAsync();
        await scene.Connection.AnswerSubscribeAsync(visibilityTimeout);
        return scene;
    }

    /// <summary>A producer that is known to the broker.</summary>
    public static async Task<Scene> ProducingAsync(
        ProducerOptions? options = null, Func<ForewaveClientOptions, ForewaveClientOptions>? change = null)
    {
        Scene scene = Start(change);
        await scene.StartProducingAsync(options);
        return scene;
    }

    /// <summary>Makes the producer and makes it known to the broker.</summary>
    public async Task StartProducingAsync(ProducerOptions? options = null)
    {
        Producer = Client.CreateProducer(options);
        Connection = await Broker.AcceptAsync();
        await Connection.AnswerProducerAsync();
    }

    /// <summary>Makes the producer; the test answers for the broker.</summary>
    public void Produce(ProducerOptions options) => Producer = Client.CreateProducer(options);

    /// <summary>The connection breaks, and the client comes back.</summary>
    public async Task ReconnectAsync()
    {
        await Connection.BreakAsync();
        Connection = await Broker.AcceptAsync();
    }

    /// <summary>The next messages of the consumer.</summary>
    public async Task<List<ReceivedMessage>> ReceiveAsync(int count)
    {
        List<ReceivedMessage> messages = [];
        await using IAsyncEnumerator<ReceivedMessage> enumerator = Consumer.GetAsyncEnumerator();
        while (messages.Count < count && await enumerator.MoveNextAsync().Soon())
        {
            messages.Add(enumerator.Current);
        }

        return messages;
    }

    public Task<V1.ClientFrame> SettleAsync() => Connection.ExpectPastCreditAsync(Command.Settle);

    public Task<V1.ClientFrame> PublishAsync() => Connection.ExpectAsync(Command.Publish);

    public static string Text(ReceivedMessage message) => Encoding.UTF8.GetString(message.Body.Span).TrimEnd();

    public static string Text(V1.PublishBatch batch) =>
        string.Join(' ', batch.Messages.Select(message => V1.Message.Parser.ParseFrom(message).Body.ToStringUtf8()));

    /// <summary>The connection ends first, so that nothing waits for answers that nobody gives.</summary>
    public ValueTask DisposeAsync() => Client.DisposeAsync();
}
