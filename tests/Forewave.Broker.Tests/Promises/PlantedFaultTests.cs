using Forewave.Broker.Tests.Promises.Histories;
using Forewave.Broker.Tests.Promises.Plants;
using Forewave.Broker.Tests.Promises.Scenarios;

namespace Forewave.Broker.Tests.Promises;

/// <summary>The suite is worth what it notices: each fault that is planted has to be found.</summary>
[Trait("Suite", "powerloss")]
public sealed class PlantedFaultTests
{
    private const int MostSeeds = 200;

    [Fact]
    public Task Suite_notices_when_syncs_are_skipped() =>
        AssertNoticedAsync(Plant.SyncSkipped, [ViolationKind.AcknowledgedLost, ViolationKind.PositionGivenTwice]);

    [Fact]
    public Task Suite_notices_when_answers_come_before_the_sync() =>
        AssertNoticedAsync(Plant.AnswerBeforeSync, [ViolationKind.AcknowledgedLost]);

    // Where every queue answers before the sync, only what was delivered can be missed.
    [Fact]
    public Task Suite_notices_when_deliveries_come_before_the_sync() =>
        AssertNoticedAsync(Plant.SyncLate, [ViolationKind.DeliveredVanished, ViolationKind.SecondCopy, ViolationKind.OffsetsBroken], allRelaxed: true);

    [Fact]
    public Task Suite_notices_when_folders_are_not_synced() => AssertNoticedAsync(Plant.FolderNotSynced, null);

    [Fact]
    public Task Suite_notices_when_records_of_recycled_segments_are_not_checked() => AssertNoticedAsync(Plant.RecycledNotChecked, null);

    [Fact]
    public Task Suite_notices_when_a_commit_brings_out_a_part_of_its_transaction() =>
        AssertNoticedAsync(Plant.CommitLeaks, [ViolationKind.TransactionSplit]);

    // Runs seeds until one breaks one of the promises that are asked for; null: any, or the broker cannot be opened.
    private static async Task AssertNoticedAsync(Plant plant, ViolationKind[]? wanted, bool allRelaxed = false)
    {
        var found = new HashSet<ViolationKind>();
        for (int seed = 1; seed <= MostSeeds; seed++)
        {
            var violations = await new Scenario(seed, plant, allRelaxed).RunAsync();
            found.UnionWith(violations.Select(violation => violation.Kind));
            if (wanted is null ? found.Count > 0 : wanted.Any(found.Contains))
                return;
        }
        Assert.Fail($"{MostSeeds} seeds showed nothing but {string.Join(", ", found)}");
    }
}
