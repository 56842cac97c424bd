using Forewave.Protocol;
using Forewave.Storage.Backups;
using Forewave.Storage.Files.Backups;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.Backups;

/// <summary>A data folder, a backup folder, and what the tests do with both.</summary>
internal sealed class BackupPlace
{
    public BackupPlace(IDisk? data = null, IDisk? folder = null)
    {
        Data = data ?? new MemoryDisk();
        Folder = folder ?? new MemoryDisk();
    }

    public IDisk Data { get; }

    public IDisk Folder { get; set; }

    public TestTime Time { get; } = new();

    public FolderBackups Backups => new(Folder, Time);

    public OpenStore Open() => Open(Data);

    public OpenStore Open(IDisk disk) => OpenStore.Open(OpenStore.Small(disk) with { BackupFolder = () => Folder }, Time);

    /// <summary>Lets a store that runs back itself up, to the end.</summary>
    public static BackupProgress Take(OpenStore open)
    {
        open.Store.Backups!.Begin(long.MaxValue);
        open.Pumps.RunUntilIdle();
        return open.Store.Backups.Current;
    }

    /// <summary>Commits messages of one queue, with its number and theirs in each.</summary>
    public void Publish(OpenStore open, uint queue, int first, int count)
    {
        for (int i = first; i < first + count; i++)
        {
            Time.Move(TimeSpan.FromMilliseconds(1));
            open.Commit(Drafts.Published(queue, Body(queue, i)));
        }
    }

    public static string Body(uint queue, int number) => $"{queue}-{number}-{new string('x', 900)}";

    public static void Checkpoint(OpenStore open) =>
        open.Wait(() => open.Store.CheckpointAsync(new PassiveSource(open.Store), CancellationToken.None));

    public static void Reclaim(OpenStore open) => open.Wait(() => open.Store.ReclaimAsync(CancellationToken.None));

    /// <summary>A folder restored to a point.</summary>
    public MemoryDisk Restore(RestorePoint? point = null)
    {
        MemoryDisk target = new();
        Backups.Restore(point ?? new RestorePoint(), target, Epoch.None, CancellationToken.None);
        return target;
    }

    /// <summary>The messages of a queue from its first retained one on are those with these numbers, and no more.</summary>
    public static void Check(OpenStore open, uint queue, int first, int count)
    {
        Assert.Empty(open.Fold.Lost);
        Assert.Equal(new Offset(first + count), open.Store.Extent(queue).End);
        Offset next = new(first);
        while (next < open.Store.Extent(queue).End)
        {
            Offset from = next;
            using StoredRuns runs = open.Wait(() => open.Store.ReadAsync(queue, from, 100_000, CancellationToken.None));
            for (int i = 0; i < runs.Count; i++)
            {
                Assert.Equal(next, runs[i].First);
                Assert.Equal(Drafts.Run(Body(queue, (int)next.Value)), runs[i].Messages.ToArray());
                next = next.Plus(runs[i].Count);
            }
        }
    }
}
