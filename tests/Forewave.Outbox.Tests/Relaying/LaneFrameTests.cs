using Forewave.Outbox.Relaying;
using Forewave.Protocol;

namespace Forewave.Outbox.Tests.Relaying;

public sealed class LaneFrameTests
{
    [Fact]
    public void Rows_of_one_queue_and_priority_are_one_batch_and_others_begin_another()
    {
        ClaimedRow[] rows = [Row(1, "a"), Row(2, "a"), Row(3, "b"), Row(4, "b", priority: 9), Row(6, "b", priority: 9)];

        LaneFrame frame = Assert.Single(LaneFrame.Of(rows, 0));

        Assert.Equal([(1UL, 2), (3UL, 1), (4UL, 1), (6UL, 1)], frame.Batches.Select(batch => (batch.First.Value, batch.Messages.Count)));
    }

    [Fact]
    public void Row_that_was_refused_with_others_goes_by_itself()
    {
        ClaimedRow[] rows = [Row(1, "a"), Row(2, "a", isAlone: true), Row(3, "a")];

        LaneFrame frame = Assert.Single(LaneFrame.Of(rows, 0));

        Assert.Equal([1, 1, 1], frame.Batches.Select(batch => batch.Messages.Count));
    }

    [Fact]
    public void Rows_that_were_refused_name_their_old_sequences_and_only_neighbours_go_together()
    {
        ClaimedRow[] rows = [Row(11, "a", refused: 5), Row(12, "a", refused: 6), Row(13, "a", refused: 8), Row(14, "a")];

        LaneFrame frame = Assert.Single(LaneFrame.Of(rows, 0));

        Assert.Equal([(11UL, 5UL, 2), (13UL, 8UL, 1), (14UL, 0UL, 1)], frame.Batches.Select(batch => (batch.First.Value, batch.Replaces.Value, batch.Messages.Count)));
    }

    [Fact]
    public void Frames_are_bounded_in_bytes_and_messages()
    {
        ClaimedRow[] large = [.. Enumerable.Range(1, 5).Select(n => Row(n, "a", bytes: 200 * 1024))];
        ClaimedRow[] many = [.. Enumerable.Range(1, Limits.MessagesPerFrame + 1).Select(n => Row(n, "a", bytes: 1))];

        Assert.Equal([2, 2, 1], LaneFrame.Of(large, 0).Select(frame => frame.Parts.Sum(part => part.Rows.Length)));
        Assert.Equal([Limits.MessagesPerFrame, 1], LaneFrame.Of(many, 0).Select(frame => frame.Parts.Sum(part => part.Rows.Length)));
    }

    private static ClaimedRow Row(long sequence, string queue, int priority = 4, bool isAlone = false, long? refused = null, int bytes = 8) => new()
    {
        Id = sequence, Queue = new QueueName(queue), Routing = null, Priority = priority, DeliverAt = null, ExpiresAt = null, IsAlone = isAlone,
        RefusedSequence = refused, Message = new byte[bytes], Sequence = sequence, ClaimedAt = 0,
    };
}
