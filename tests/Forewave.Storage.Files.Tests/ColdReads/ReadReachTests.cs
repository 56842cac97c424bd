using Forewave.Protocol;
using Forewave.Storage.Files.ColdReads;
using Forewave.Storage.Files.QueueIndex;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Tests.ColdReads;

public sealed class ReadReachTests
{
    private const int Most = 512 * 1024;

    [Fact]
    public void Reach_goes_over_runs_that_lie_side_by_side()
    {
        ReadReach reach = Learned(1_000);

        int bytes = reach.Of(At(4_096, 5_096, 6_096, 7_096), Most);

        Assert.Equal(4_000, bytes);
    }

    [Fact]
    public void Reach_is_one_run_when_the_next_is_far_away()
    {
        ReadReach reach = Learned(1_000);

        int bytes = reach.Of(At(4_096, 10_000_000, 20_000_000), Most);

        Assert.Equal(1_000, bytes);
    }

    [Fact]
    public void Reach_ends_where_the_first_run_begins_that_is_too_much()
    {
        ReadReach reach = Learned(200_000);

        int bytes = reach.Of(At(4_096, 204_096, 404_096, 604_096), Most);

        Assert.Equal(400_000, bytes);
    }

    [Fact]
    public void Reach_ends_at_the_end_of_a_segment()
    {
        ReadReach reach = Learned(1_000);
        IndexEntry[] entries = At(4_096, 5_096);
        entries[1] = entries[1] with { Location = new LogPlace(new SegmentNumber(2), 5_096).Location };

        int bytes = reach.Of(entries, Most);

        Assert.Equal(1_000, bytes);
    }

    [Fact]
    public void Reach_is_a_page_or_more_before_any_record_was_seen()
    {
        ReadReach reach = default;

        Assert.Equal(4_096, reach.Of(At(4_096), Most));
        Assert.Equal(1_000 + 4_096, reach.Of(At(4_096, 5_096), Most));
    }

    [Fact]
    public void Reach_does_not_trust_places_that_go_back()
    {
        ReadReach reach = Learned(1_000);

        Assert.Equal(1_000, reach.Of(At(50_000, 4_096), Most));
    }

    private static ReadReach Learned(int recordBytes)
    {
        ReadReach reach = default;
        reach.Learn(recordBytes);
        return reach;
    }

    private static IndexEntry[] At(params int[] places) =>
        [.. places.Select((at, i) => new IndexEntry(new Offset(i + 1), 1, new LogPlace(new SegmentNumber(1), at).Location, default))];
}
