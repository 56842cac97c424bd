using System.Text;
using Forewave.Client.Consuming;
using Forewave.Client.Tests.Fakes;
using Forewave.Protocol;
using Command = Forewave.Protocol.V1.ClientFrame.CommandOneofCase;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Tests.Consuming;

public sealed class ConsumerTests
{
    private static readonly QueueName Queue = new("orders");
    private static readonly GroupName Group = new("mail");

    [Fact]
    public async Task Consumer_hands_out_and_acks_what_was_delivered()
    {
        FakeBroker broker = new();
        await using ForewaveClient client = new(broker.Options);
        Consumer consumer = client.CreateConsumer(Queue, Group);
        FakeConnection connection = await broker.AcceptAsync();
        V1.Subscribe subscribe = await connection.AnswerSubscribeAsync();
        await connection.DeliverAsync(FakeConnection.Run(5, 3));

        await using IAsyncEnumerator<ReceivedMessage> messages = consumer.GetAsyncEnumerator();
        List<string> bodies = [];
        for (int i = 0; i < 3; i++)
        {
            Assert.True(await messages.MoveNextAsync().Soon());
            bodies.Add(Encoding.UTF8.GetString(messages.Current.Body.Span));
        }

        ValueTask acked = messages.Current.AckAsync();
        V1.ClientFrame settle = await connection.ExpectPastCreditAsync(Command.Settle);
        await connection.AnswerSettleAsync(settle);
        await acked.Soon();

        Assert.Equal("orders", subscribe.Queue);
        Assert.Equal("mail", subscribe.Group);
        Assert.Equal(["5", "6", "7"], bodies);
        V1.SettleRun run = Assert.Single(settle.Settle.Runs);
        Assert.Equal((11u, 12u, 7ul, 1u, 1u, 7u), (run.QueueId, run.GroupId, run.FirstOffset, run.Count, run.Attempt, run.Epoch));
    }
}
