using Forewave.Client;
using Forewave.Client.Producing.Sequenced;
using Forewave.Outbox.Relaying;
using Forewave.Outbox.Tests.Databases;
using Forewave.Protocol;
using Forewave.Testing;
using Google.Protobuf;

namespace Forewave.Outbox.Tests.Relaying;

public sealed class LaneSendingTests
{
    private static readonly QueueName Queue = new("q");

    [Fact]
    public async Task Queue_keeps_its_handle_when_its_rows_are_held_back()
    {
        await using TestBroker broker = await TestBroker.StartAsync();
        await using ForewaveClient client = broker.CreateClient();
        await using SequencedProducer producer = client.CreateSequencedProducer();
        PartitionNumber partition = Assert.Single(await producer.PartitionsAsync(CancellationToken.None));
        ProducerId id = ProducerId.New();
        LaneState lane = new(partition, id) { Lane = producer.Open(partition, id) };
        OutboxRelayOptions options = new() { Tables = new OutboxTables { Database = DatabaseKind.Sqlite }, Connect = () => throw new NotSupportedException() };
        LaneSending sending = new(lane, new Holder(), options);
        Dictionary<QueueName, ForewaveException> none = [];

        ClaimResult stored = await sending.SendAsync([Row(1)], isFresh: true, none, CancellationToken.None);
        ClaimResult held = await sending.SendAsync(
            [Row(2)], isFresh: true, new Dictionary<QueueName, ForewaveException> { [Queue] = new(ErrorCode.PreviousRefused) }, CancellationToken.None);
        // Over the handle that it has: nobody opens the queue here.
        SequencedSession session = await lane.Lane.SessionAsync(CancellationToken.None);
        SequencedBatch batch = new() { Queue = Queue, First = new Sequence(3), Messages = [Encoded(3)] };
        IReadOnlyList<SequencedOutcome> answers = await session.PublishAsync([batch], new HashSet<QueueName>(), CancellationToken.None);

        Assert.Empty(stored.Changes);
        Assert.Equal(OutboxRowState.Unsent, Assert.Single(held.Changes).State);
        Assert.Null(Assert.Single(answers).Error);
        Assert.Equal(["1", "3"], await Queues.BodiesAsync(client, Queue.Value));
    }

    private static byte[] Encoded(int number) => new Protocol.V1.Message { Body = ByteString.CopyFromUtf8($"{number}") }.ToByteArray();

    private static ClaimedRow Row(int sequence) => new()
    {
        Id = sequence, Queue = Queue, Routing = null, Priority = Limits.DefaultPriority, DeliverAt = null, ExpiresAt = null, IsAlone = false,
        Message = Encoded(sequence), Sequence = sequence, ClaimedAt = 0,
    };

    /// <summary>It has the lock.</summary>
    private sealed class Holder : ILockLook
    {
        public Task<(bool HasLock, long Now)> LookAsync(CancellationToken cancellation) => Task.FromResult((true, 0L));

        public void Doubt()
        {
        }
    }
}
