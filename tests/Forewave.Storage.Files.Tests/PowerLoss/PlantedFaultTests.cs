namespace Forewave.Storage.Files.Tests.PowerLoss;

/// <summary>The suite is worth what it notices: each fault that is planted has to be found.</summary>
[Trait("Suite", "powerloss")]
public sealed class PlantedFaultTests
{
    private const int Seeds = 1_000;

    [Fact]
    public void Suite_notices_when_syncs_are_skipped() =>
        Assert.Contains(ViolationKind.AnsweredLost, Notice(DiskPlant.SyncSkipped, ViolationKind.AnsweredLost));

    [Fact]
    public void Suite_notices_when_answers_come_before_the_sync() =>
        Assert.Contains(ViolationKind.AnsweredLost, Notice(DiskPlant.SyncLate, ViolationKind.AnsweredLost));

    [Fact]
    public void Suite_notices_when_deliveries_come_before_the_sync() =>
        Assert.Contains(ViolationKind.DeliveredLost, Notice(DiskPlant.None, ViolationKind.DeliveredLost, deliversUncommitted: true));

    [Fact]
    public void Suite_notices_when_folders_are_not_synced() =>
        Assert.NotEmpty(Notice(DiskPlant.FolderNotSynced, null));

    [Fact]
    public void Suite_notices_when_records_of_recycled_segments_are_not_checked() =>
        Assert.NotEmpty(Notice(DiskPlant.RecycledNotChecked, null));

    // Runs seeds until one breaks the promise that is asked for (null: any, or the opening fails); returns what was broken.
    private static List<ViolationKind> Notice(DiskPlant plant, ViolationKind? wanted, bool deliversUncommitted = false)
    {
        List<ViolationKind> found = [];
        for (int seed = 1; seed <= Seeds && !(wanted is { } kind ? found.Contains(kind) : found.Count > 0); seed++)
        {
            try
            {
                new PowerLossScenario(seed, plant) { DeliversUncommitted = deliversUncommitted }.Run();
            }
            catch (ViolationException violation)
            {
                found.Add(violation.Kind);
            }
            catch (StoreException)
            {
                found.Add(ViolationKind.DamageReported);
            }
        }

        return found;
    }
}
