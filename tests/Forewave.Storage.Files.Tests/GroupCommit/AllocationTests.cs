using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.GroupCommit;

/// <summary>Appending is on the path of every message.</summary>
public sealed class AllocationTests
{
    private const int AppendsInGroup = 64;

    [Fact]
    public void Append_allocates_nothing_when_it_is_warm()
    {
        using OpenStore open = OpenStore.Open(new MemoryDisk());
        RecordingOwner owner = new();
        RecordDraft[] drafts = [Drafts.Published(1, owner, 7, "a message of some bytes"), Drafts.Other(RecordType.Settled, 100)];
        long least = long.MaxValue;

        // Some rounds make it warm. What the runtime allocates for itself on this thread, once, is in one round; what an append does, in all.
        for (int round = 0; round < 6; round++)
        {
            least = Math.Min(least, AppendGroups(open, drafts));
        }

        Assert.Equal(0, least);
    }

    private static long AppendGroups(OpenStore open, RecordDraft[] drafts)
    {
        long allocated = 0;
        for (int i = 0; i < 50; i++)
        {
            allocated += AppendGroup(open, drafts);
        }

        return allocated;
    }

    // The writer's turn comes between the groups and is not counted.
    private static long AppendGroup(OpenStore open, RecordDraft[] drafts)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < AppendsInGroup; i++)
        {
            open.Store.TryAppend(drafts, out _);
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        open.Pumps.RunUntilIdle();
        return allocated;
    }
}
