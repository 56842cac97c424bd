using Forewave.Broker.Deduplication;
using Forewave.Broker.Deduplication.Slices;
using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Forewave.Broker.Tests.Deduplication;

public sealed class KnownIdsTests
{
    private readonly FakeSlices _store = new();
    private readonly MovedTime _time = new();
    private ulong _position;

    [Fact]
    public void Publish_is_refused_when_as_many_ids_are_held_as_may_be()
    {
        var known = Known(new DeduplicationTerms { MemoryBytes = 0, TableIds = 100, MostIds = 10, SliceBytes = 1_000_000 });
        Assert.Equal(ClaimOutcome.Decided, Publish(known, 1, 9));

        Assert.Equal(ClaimOutcome.Full, Publish(known, 100, 2));
        Assert.Equal(ClaimOutcome.Decided, Publish(known, 100, 1));
    }

    [Fact]
    public void Publish_waits_while_one_table_is_written_and_the_next_is_full_and_is_refused_when_the_disk_is()
    {
        var known = Known(new DeduplicationTerms { MemoryBytes = 0, TableIds = 10, MostIds = 1_000, SliceBytes = 1_000_000 });
        using var upkeep = new IdUpkeep(known, _store, _time, new DeduplicationCounts(), NullLogger.Instance);
        Publish(known, 1, 10);
        Publish(known, 11, 10);

        Assert.Equal(ClaimOutcome.Wait, Publish(known, 21, 1));
        _store.IsFull = true;
        Assert.Equal(ErrorCode.DiskFull, Assert.Throws<StoreException>(upkeep.WriteSealed).Error);
        lock (known.Gate)
            known.Refused();
        Assert.Equal(ClaimOutcome.DiskFull, Publish(known, 21, 1));
        _store.IsFull = false;
        upkeep.WriteSealed();
        Assert.Equal(ClaimOutcome.Decided, Publish(known, 21, 1));
    }

    [Fact]
    public void Filters_are_folded_so_that_all_fit_into_the_memory()
    {
        const long memory = 8_000;
        var known = Known(new DeduplicationTerms { MemoryBytes = 0, TableIds = 1_000, MostIds = 1_000_000, SliceBytes = memory });
        using var upkeep = new IdUpkeep(known, _store, _time, new DeduplicationCounts(), NullLogger.Instance);

        WriteTables(known, upkeep, 0, 8);

        Assert.Equal(8_000, known.Slices.Count);
        Assert.InRange(known.Slices.Bytes, 1, memory);
        Assert.Contains(known.Slices.All, slice => slice.Filter.Folds > 0);
        Assert.All(Enumerable.Range(0, 8_000), id => Assert.Contains(known.Slices.All, slice => slice.Filter.MayHave(HashOf(id))));
    }

    [Fact]
    public async Task Slice_that_rotted_stays_readable_where_it_is_and_the_others_are_merged()
    {
        var known = Known(new DeduplicationTerms { MemoryBytes = 0, TableIds = 300, MostIds = 1_000_000, SliceBytes = 1_000_000 });
        var counts = new DeduplicationCounts();
        using var upkeep = new IdUpkeep(known, _store, _time, counts, NullLogger.Instance);
        WriteTables(known, upkeep, 0, 4);
        var rotten = known.Slices.All[1];
        _store.Rot(rotten.Number, new SlicePage(1));

        await upkeep.TurnAsync(new LoopPulse(_time), CancellationToken.None);
        WriteTables(known, upkeep, 4, 4);
        await upkeep.TurnAsync(new LoopPulse(_time), CancellationToken.None);

        Assert.Equal([300, 300, 1_800], known.Slices.All.Select(slice => slice.Count));
        Assert.Equal([false, true, false], known.Slices.All.Select(slice => slice.IsDamaged));
        Assert.Equal(1, counts.Damaged.Value);
        var lookups = new IdLookups(known.Slices, _store, counts);
        int refused = 0;
        for (int id = 0; id < 2_400; id++)
        {
            var claims = new IdClaims();
            claims.Add() = Claim(id) with { AskedThrough = 0, NeedsDisk = true };
            try
            {
                await lookups.LookUpAsync(claims, CancellationToken.None);
                Assert.NotNull(claims.All[0].OnDisk);
            }
            catch (StoreException damage) when (damage.Error == ErrorCode.LogDamaged)
            {
                refused++;
            }
        }
        // The ids of the page, and of others those for which the filter says in error that they may be there.
        Assert.InRange(refused, IdPage.Ids, IdPage.Ids + 30);
    }

    [Fact]
    public async Task Slice_that_rotted_is_dropped_when_its_window_is_over()
    {
        var known = Known(new DeduplicationTerms { MemoryBytes = 0, TableIds = 300, MostIds = 1_000_000, SliceBytes = 1_000_000 });
        using var upkeep = new IdUpkeep(known, _store, _time, new DeduplicationCounts(), NullLogger.Instance);
        WriteTables(known, upkeep, 0, 4);
        _store.Rot(known.Slices.All[1].Number, new SlicePage(1));
        await upkeep.TurnAsync(new LoopPulse(_time), CancellationToken.None);
        known.Slices.WindowGrew();

        _time.Move(TimeSpan.FromMinutes(10));
        await upkeep.TurnAsync(new LoopPulse(_time), CancellationToken.None);
        int afterWindow = known.Slices.All.Count;
        _time.Move(Limits.MaxDeduplicationWindow);
        await upkeep.TurnAsync(new LoopPulse(_time), CancellationToken.None);

        Assert.Equal((1, 0), (afterWindow, known.Slices.All.Count));
        Assert.Equal(0, _store.Count);
    }

    [Fact]
    public async Task Merge_that_finds_the_disk_full_refuses_nothing()
    {
        var known = Known(new DeduplicationTerms { MemoryBytes = 0, TableIds = 10, MostIds = 1_000, SliceBytes = 1_000_000 });
        using var upkeep = new IdUpkeep(known, _store, _time, new DeduplicationCounts(), NullLogger.Instance);
        WriteTables(known, upkeep, 0, 4);
        _store.IsFull = true;

        await upkeep.TurnAsync(new LoopPulse(_time), CancellationToken.None);

        Assert.Equal(ClaimOutcome.Decided, Publish(known, 2_000, 10));
        Assert.Equal(ClaimOutcome.Decided, Publish(known, 3_000, 10));
        Assert.Equal(ClaimOutcome.Wait, Publish(known, 4_000, 1));
    }

    [Fact]
    public async Task Slices_that_cannot_be_read_at_present_are_merged_later()
    {
        var known = Known(new DeduplicationTerms { MemoryBytes = 0, TableIds = 300, MostIds = 1_000_000, SliceBytes = 1_000_000 });
        var counts = new DeduplicationCounts();
        using var upkeep = new IdUpkeep(known, _store, _time, counts, NullLogger.Instance);
        WriteTables(known, upkeep, 0, 4);
        _store.IsAway = true;

        await upkeep.TurnAsync(new LoopPulse(_time), CancellationToken.None);
        int meanwhile = known.Slices.All.Count;
        _store.IsAway = false;
        await upkeep.TurnAsync(new LoopPulse(_time), CancellationToken.None);

        Assert.Equal((4, 1), (meanwhile, known.Slices.All.Count));
        Assert.Equal(0, counts.Damaged.Value);
    }

    [Fact]
    public void Table_is_not_put_aside_while_a_claim_in_it_waits_for_its_position()
    {
        var known = Known(new DeduplicationTerms { MemoryBytes = 1 << 20, TableIds = 4, MostIds = 1_000 });
        IdClaim[] before = [.. Enumerable.Range(0, 3).Select(Claim)];
        IdClaim[] behind = [.. Enumerable.Range(3, 3).Select(Claim)];
        lock (known.Gate)
        {
            Assert.Equal(ClaimOutcome.Decided, known.Decide(before, ..));

            Assert.Equal(ClaimOutcome.AppendFirst, known.Decide(behind, ..));

            Assert.Null(known.Sealed);
            known.TakeBack(before);
            Assert.Equal(0, known.Count);
            Assert.Equal(ClaimOutcome.Decided, known.Decide(before, ..));
            foreach (ref readonly var claim in before.AsSpan())
                known.Note(claim, new LogPosition(new Epoch(1), ++_position));
            Assert.Equal(ClaimOutcome.Decided, known.Decide(behind, ..));
            Assert.Equal(3, known.Sealed!.Count);
        }
    }

    [Fact]
    public void Held_ids_count_towards_the_bound_and_are_known_when_their_transaction_is_committed()
    {
        var known = Known(new DeduplicationTerms { MemoryBytes = 1 << 20, TableIds = 5, MostIds = 10, SliceBytes = 1_000_000 });
        using var upkeep = new IdUpkeep(known, _store, _time, new DeduplicationCounts(), NullLogger.Instance);
        var (one, two) = (LogPosition.FromBits(1), LogPosition.FromBits(2));
        IdClaim[] held = [.. Enumerable.Range(0, 4).Select(Claim)];
        IdClaim[] both = [Claim(9), Claim(3)];
        lock (known.Gate)
        {
            Assert.Equal(ClaimOutcome.Decided, known.Hold(held, one));
            foreach (ref readonly var claim in held.AsSpan())
                known.Held.Place(claim.Hash, new LogPosition(new Epoch(1), ++_position));
            Assert.Equal(ClaimOutcome.Held, known.Hold(both, two));
        }

        Assert.Equal(4, known.Held.Count);
        Assert.Equal(ClaimOutcome.Held, Publish(known, 3, 1));
        Assert.Equal(ClaimOutcome.Full, Publish(known, 100, 7));
        Assert.Equal(ClaimOutcome.Decided, Publish(known, 100, 5));
        lock (known.Gate)
        {
            // A full table is put aside for them; the next one has to wait for that.
            Assert.Equal(ClaimOutcome.Decided, known.ReserveHeld(one));
            known.Decided(one, LogPosition.FromBits(77));
            Assert.Equal((0, 9L, 77ul), (known.Held.Count, known.Count, known.DecidedThrough.Bits));
            Assert.Equal(ClaimOutcome.Decided, known.Decide(both.AsSpan(1), ..));
            Assert.Equal(4ul, both[1].Original.Number);
        }
    }

    [Fact]
    public void Clock_goes_on_through_a_jump_of_the_wall_clock_and_never_back_through_a_restart()
    {
        var wall = new JumpingTime();
        var clock = new IdClock(wall);
        var begin = clock.Now;
        wall.Advance(TimeSpan.FromMinutes(1));
        wall.Wall += TimeSpan.FromDays(400);

        Assert.Equal(begin.Milliseconds + 60_000, clock.Now.Milliseconds);

        var (then, wallThen) = (clock.Now, clock.Wall);
        wall.Wall -= TimeSpan.FromDays(800);
        var restarted = new IdClock(wall);
        restarted.Restore(then, wallThen);
        Assert.Equal(then, restarted.Now);
    }

    private static IdHash HashOf(int id)
    {
        var random = new Random(id);
        return new IdHash { High = (ulong)random.NextInt64() << 1, Low = (ulong)random.NextInt64() };
    }

    private static IdClaim Claim(int id) => new() { Hash = HashOf(id), Queue = 1, Message = id, AskedThrough = ulong.MaxValue };

    /// <summary>Fills tables with ids one after the other, and writes them.</summary>
    private void WriteTables(KnownIds known, IdUpkeep upkeep, int first, int count)
    {
        int ids = known.Terms.TableIds;
        for (int table = first; table < first + count; table++)
        {
            Publish(known, table * ids, ids);
            lock (known.Gate)
                known.Seal();
            upkeep.WriteSealed();
        }
    }

    private KnownIds Known(DeduplicationTerms terms) =>
        new(terms, new IdClock(_time), new IdSlices(_store, terms), _ => TimeSpan.FromMinutes(10));

    private ClaimOutcome Publish(KnownIds known, int first, int count)
    {
        IdClaim[] claims = [.. Enumerable.Range(first, count).Select((id, index) => new IdClaim { Hash = HashOf(id), Queue = 1, Message = index, AskedThrough = ulong.MaxValue })];
        lock (known.Gate)
        {
            var outcome = known.Decide(claims, ..);
            for (int i = 0; i < count && outcome == ClaimOutcome.Decided; i++)
                known.Note(claims[i], new LogPosition(new Epoch(1), ++_position));
            return outcome;
        }
    }

    private sealed class JumpingTime : TimeProvider
    {
        private long _ticks;

        public DateTimeOffset Wall { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan span)
        {
            _ticks += span.Ticks;
            Wall += span;
        }

        public override DateTimeOffset GetUtcNow() => Wall;

        public override long GetTimestamp() => _ticks;
    }
}
