using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.ColdReads;

/// <summary>A message that waited in a lane is found by its own id, in the lane and when it came out of it.</summary>
public sealed class ReleasedPositionTests
{
    private const uint Lane = 0x0800_0001;
    private const uint Queue = 2;
    private const uint Other = 1;
    private readonly MemoryDisk _disk = new();

    [Fact]
    public void Scheduled_message_is_found_without_an_offset()
    {
        using OpenStore open = OpenStore.Open(_disk);
        LogPosition first = Schedule(open);

        using StoredRuns? runs = Find(open, first.Plus(1));

        Assert.Equal(RecordType.Scheduled, runs?[0].Header.Type);
        Assert.Equal(Offset.BeforeFirst, runs?[0].First);
        Assert.Equal(Drafts.Run("b"), runs?[0].Messages.ToArray());
    }

    [Fact]
    public void Released_message_is_found_as_it_was_released()
    {
        using OpenStore open = OpenStore.Open(_disk);
        LogPosition first = Schedule(open);
        open.Commit(Drafts.Published(Queue, "x", "y"));
        Release(open, first.Plus(1), "b");

        Check(open, first.Plus(1));
        Assert.Equal(RecordType.Scheduled, Find(open, first)?[0].Header.Type);
    }

    [Fact]
    public void Released_message_is_found_after_it_was_carried_over_and_the_store_opened_again()
    {
        LogPosition first;
        using (OpenStore open = OpenStore.Open(_disk))
        {
            first = Schedule(open);
            open.Commit(Drafts.Published(Queue, "x", "y"));
            Fill(open);
            Release(open, first.Plus(1), "b");
            Fill(open);
            open.Store.Expire(Lane, open.Store.Extent(Lane).End);
            open.Store.Expire(Other, open.Store.Extent(Other).End);
            Check(open, first.Plus(1));
            Rounds(open);

            Check(open, first.Plus(1));
            Assert.Null(Find(open, first));
        }

        using OpenStore again = OpenStore.Open(_disk);
        Check(again, first.Plus(1));
    }

    [Fact]
    public void Released_message_is_found_after_a_crash_before_the_next_checkpoint()
    {
        LogPosition first;
        using (OpenStore open = OpenStore.Open(_disk))
        {
            first = Schedule(open);
            open.Commit(Drafts.Published(Queue, "x", "y"));
            Release(open, first.Plus(1), "b");
        }

        using OpenStore again = OpenStore.Open(_disk);
        Check(again, first.Plus(1));
    }

    private static LogPosition Schedule(OpenStore open) =>
        open.Commit(Drafts.Published(Lane, "a", "b", "c") with { Type = RecordType.Scheduled });

    private static void Release(OpenStore open, LogPosition message, string body) =>
        open.Commit(Drafts.Published(Queue, body) with { Type = RecordType.Released, Sequence = message.Bits });

    private static void Fill(OpenStore open)
    {
        for (int i = 0; i < 200; i++)
        {
            open.Commit(Drafts.Published(Other, new string('x', 1_000)));
        }
    }

    private static void Rounds(OpenStore open)
    {
        for (int i = 0; i < 4; i++)
        {
            open.Wait(() => open.Store.CheckpointAsync(new PassiveSource(open.Store), CancellationToken.None));
            open.Wait(() => open.Store.ReclaimAsync(CancellationToken.None));
        }
    }

    private static void Check(OpenStore open, LogPosition message)
    {
        using StoredRuns? runs = Find(open, message);
        StoredRun run = runs?[0] ?? throw new InvalidOperationException($"{message} was not found");
        Assert.Equal(RecordType.Released, run.Header.Type);
        Assert.Equal(message.Bits, run.Header.Sequence);
        Assert.Equal(Queue, run.Header.Queue);
        Assert.Equal(new Offset(3), run.First);
        Assert.Equal(Drafts.Run("b"), run.Messages.ToArray());
    }

    private static StoredRuns? Find(OpenStore open, LogPosition position) =>
        open.Wait(() => open.Store.ReadMessageAsync(position, CancellationToken.None));
}
