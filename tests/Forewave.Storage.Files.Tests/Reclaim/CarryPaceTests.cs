using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.GroupCommit;
using Forewave.Storage.Files.Reclaim;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.Reclaim;

public sealed class CarryPaceTests
{
    private const int PayloadBytes = 1024 * 1024;
    private readonly PausingTime _time = new();
    private readonly WriterCounters _counters = new();

    [Fact]
    public async Task Carry_over_goes_on_at_once_when_nobody_else_writes()
    {
        CarryPace pace = new(_time, _counters, bytesPerSecond: 1024 * 1024);
        pace.Begin();

        for (int i = 0; i < 10; i++)
        {
            Carry(pace, others: 0);
            await pace.PauseAsync(CancellationToken.None);
        }

        Assert.Empty(_time.Pauses);
        Assert.Equal(10 * (PayloadBytes + 64), pace.Carried);
    }

    [Fact]
    public async Task Carry_over_keeps_to_its_bytes_a_second_when_others_write()
    {
        CarryPace pace = new(_time, _counters, bytesPerSecond: 2 * 1024 * 1024);
        pace.Begin();

        for (int i = 0; i < 10; i++)
        {
            Carry(pace, others: 100);
            await pace.PauseAsync(CancellationToken.None);
        }

        Assert.Equal(10, _time.Pauses.Count);
        Assert.InRange(_time.Pauses.Sum(pause => pause.TotalSeconds), 5.0, 5.1);
    }

    // A segment may hold messages of 4 MiB: they are not read all at once.
    [Fact]
    public void Batches_are_committed_one_after_the_other_and_counted()
    {
        MemoryDisk disk = new();
        using OpenStore open = OpenStore.Open(disk);
        for (int i = 0; i < 200; i++)
        {
            open.Commit(Drafts.Published(1, new string('x', 1_000)));
            open.Commit(Drafts.Published(2, new string('y', 600)));
        }

        open.Store.Expire(1, open.Store.Extent(1).End);
        for (int i = 0; i < 4; i++)
        {
            open.Wait(() => open.Store.CheckpointAsync(new PassiveSource(open.Store), CancellationToken.None));
            open.Wait(() => open.Store.ReclaimAsync(CancellationToken.None));
        }

        Assert.InRange(open.Store.Usage.CarriedBytes, 100 * 600, long.MaxValue);
        Assert.True(open.Store.Usage.RecycledSegments > 2);
        using StoredRuns runs = open.Wait(() => open.Store.ReadAsync(2, Protocol.Offset.First, 1_000_000, CancellationToken.None));
        Assert.All(Enumerable.Range(0, runs.Count), i => Assert.Equal(Drafts.Run(new string('y', 600)), runs[i].Messages.ToArray()));
    }

    private void Carry(CarryPace pace, int others)
    {
        pace.Appended(PayloadBytes);
        _counters.AddGroup(PayloadBytes + 64 + others);
    }

    // Every pause is over at once, and noted.
    private sealed class PausingTime : TimeProvider
    {
        public List<TimeSpan> Pauses { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Pauses.Add(dueTime);
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
