using Forewave.Client.Administration;
using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Tests.Routing;

public sealed class AnswerMergeTests
{
    [Fact]
    public void Counts_are_added_and_times_are_the_extreme_ones()
    {
        AllAnswers merged = AnswerMerge.Of([Queue(0, messages: 3, time: 20), Queue(1, messages: 4, time: 10)], isLook: true, IsAbsence);

        Assert.Equal((7ul, 20ul), (merged.Answer.Queue.Messages, merged.Answer.Queue.LastPublishTime));
        Assert.Empty(merged.Unanswered);
    }

    [Fact]
    public void Group_has_the_oldest_time_of_all_and_each_consumer_once()
    {
        V1.GroupDetails one = new() { Group = "g", Unread = 1, OldestUnreadTime = 0, Consumers = 2, ConsumerList = { Consumer(1), Consumer(2) } };
        V1.GroupDetails other = new() { Group = "g", Unread = 5, OldestUnreadTime = 30, Consumers = 2, ConsumerList = { Consumer(2), Consumer(1) } };

        V1.GroupDetails merged = AnswerMerge.Of([Told(0, new() { Group = one }), Told(1, new() { Group = other })], isLook: true, IsAbsence).Answer.Group;

        Assert.Equal((6ul, 30ul, 2u, 2), (merged.Unread, merged.OldestUnreadTime, merged.Consumers, merged.ConsumerList.Count));
    }

    [Fact]
    public void Page_of_queues_ends_where_the_shortest_that_goes_on_ends()
    {
        V1.AdministrationAnswer one = new() { Queues = new V1.QueueList { More = true, Queues = { Named("a"), Named("c") } } };
        V1.AdministrationAnswer other = new() { Queues = new V1.QueueList { Queues = { Named("a"), Named("b"), Named("d") } } };

        V1.QueueList merged = AnswerMerge.Of([Told(0, one), Told(1, other)], isLook: true, IsAbsence).Answer.Queues;

        Assert.Equal(["a", "b", "c"], merged.Queues.Select(queue => queue.Queue));
        Assert.Equal([2ul, 1ul, 1ul], merged.Queues.Select(queue => queue.Messages));
        Assert.True(merged.More);
    }

    [Fact]
    public void Look_names_who_did_not_answer_and_passes_over_who_has_no_such_queue()
    {
        AllAnswers merged = AnswerMerge.Of([Queue(0, 3, 1), Failed(1, ErrorCode.Timeout), Failed(2, ErrorCode.QueueNotFound)], isLook: true, IsAbsence);

        Assert.Equal(3ul, merged.Answer.Queue.Messages);
        Assert.Equal([new PartitionNumber(1)], merged.Unanswered);
    }

    [Theory]
    [InlineData(ErrorCode.Timeout, false)]
    [InlineData(ErrorCode.DiskFull, true)]
    public void What_was_not_done_or_was_refused_at_one_is_an_error_that_names_it(ErrorCode code, bool isLook)
    {
        ForewaveException error = Assert.Throws<ForewaveException>(() => AnswerMerge.Of([Queue(0, 3, 1), Failed(1, code)], isLook, IsAbsence));

        Assert.Equal(code, error.Code);
        Assert.Contains("Partition 1: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("answered by partitions: 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_all_refuse_alike_is_their_refusal() => Assert.Equal(
        ErrorCode.QueueNotFound,
        Assert.Throws<ForewaveException>(() => AnswerMerge.Of([Failed(0, ErrorCode.QueueNotFound), Failed(1, ErrorCode.QueueNotFound)], isLook: true, IsAbsence)).Code);

    private static bool IsAbsence(ForewaveException error) => error.Code == ErrorCode.QueueNotFound;

    private static PartitionAnswer Queue(ushort partition, ulong messages, ulong time) =>
        Told(partition, new() { Queue = new V1.QueueDetails { Queue = "q", Messages = messages, LastPublishTime = time } });

    private static PartitionAnswer Told(ushort partition, V1.AdministrationAnswer answer) => new(new PartitionNumber(partition), answer, null);

    private static PartitionAnswer Failed(ushort partition, ErrorCode code) => new(new PartitionNumber(partition), null, new ForewaveException(code));

    private static V1.QueueDetails Named(string name) => new() { Queue = name, Messages = 1 };

    private static V1.ConsumerDetails Consumer(byte id) => new() { ConsumerId = Google.Protobuf.ByteString.CopyFrom(id) };
}
