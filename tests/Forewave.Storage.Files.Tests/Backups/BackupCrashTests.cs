using Forewave.Protocol;
using Forewave.Storage.Backups;
using Forewave.Storage.Files.Backups;
using Forewave.Storage.Files.Disk.Simulation;
using Forewave.Storage.Files.Tests.Engine;
using Xunit.Abstractions;

namespace Forewave.Storage.Files.Tests.Backups;

/// <summary>The power of the backup folder fails in the middle: what counts as a backup afterwards is one, whole.</summary>
public sealed class BackupCrashTests(ITestOutputHelper output)
{
    private const int Seeds = 60;

    [Fact]
    public void Backups_that_are_listed_are_whole_when_the_power_failed_while_one_was_taken()
    {
        long seed = Random.Shared.NextInt64(1, 1_000_000);
        output.WriteLine($"seeds {seed} to {seed + Seeds - 1}");
        for (long i = seed; i < seed + Seeds; i++)
        {
            CrashOnce(i);
        }
    }

    private static void CrashOnce(long seed)
    {
        Random choice = new((int)seed);
        PowerLossDisk folder = new(seed);
        BackupPlace place = new(folder: folder);
        using OpenStore open = place.Open();
        place.Publish(open, 1, 1, 100);
        BackupPlace.Checkpoint(open);
        Assert.Equal(BackupState.Done, BackupPlace.Take(open).State);
        place.Publish(open, 1, 101, 100);
        int left = choice.Next(1, 60);
        folder.BeforeOperation = _ =>
        {
            if (--left == 0)
            {
                folder.CutPower();
            }
        };

        bool isDone = BackupPlace.Take(open).State == BackupState.Done;
        folder.BeforeOperation = null;
        place.Folder = folder.PowerLoss();

        IReadOnlyList<BackupDescription> listed = place.Backups.List();
        Assert.Empty(place.Backups.Verify(null, CancellationToken.None));
        Assert.True(listed.Count == 2 || (!isDone && listed.Count == 1), $"seed {seed}: {listed.Count} backups, done: {isDone}");
        using (OpenStore restored = place.Open(place.Restore()))
        {
            BackupPlace.Check(restored, 1, 1, listed.Count * 100);
        }

        place.Publish(open, 1, 201, 50);
        Assert.Equal(BackupState.Done, BackupPlace.Take(open).State);
        Assert.Empty(place.Backups.Verify(null, CancellationToken.None));
        using OpenStore last = place.Open(place.Restore());
        BackupPlace.Check(last, 1, 1, 250);
    }
}
