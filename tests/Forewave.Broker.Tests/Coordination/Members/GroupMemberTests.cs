using System.Globalization;
using Xunit.Abstractions;

namespace Forewave.Broker.Tests.Coordination.Members;

/// <summary>
/// Two members in a world where anything may happen at any moment, held to what the model is held to (docs/cluster-model.md): nothing
/// that was answered is lost, epochs go up, no log diverges, and a slave in sync takes over.
/// </summary>
public sealed class GroupMemberTests(ITestOutputHelper output)
{
    private const int Seeds = 300;
    private const int NightlySeeds = 20_000;

    // The rarest fault needs some hundreds; the search ends with the first seed that finds it.
    private const int PlantedSeeds = 3_000;
    private const int Steps = 12_000;

    [Fact]
    public void Nothing_answered_is_lost_whatever_happens_in_whatever_order()
    {
        int tookOver = 0, answered = 0;
        foreach (int seed in SeedsToRun())
        {
            var world = WorldOf(seed, MemberFault.None);
            Check(world, seed);
            tookOver += world.TookOver;
            answered += world.AnsweredCount;
        }

        output.WriteLine($"{answered} messages answered, {tookOver} changes of master");
        Assert.True(tookOver > 0 && answered > 0, "nothing happened");
    }

    [Theory]
    [InlineData(MemberFault.AppliesBeforeItFences)]
    [InlineData(MemberFault.EpochNotRaised)]
    [InlineData(MemberFault.TakesOverOutOfSync)]
    [InlineData(MemberFault.RunOutlivesRestart)]
    [InlineData(MemberFault.AnswersAloneFirst)]
    [InlineData(MemberFault.ExpiredMasterAnswers)]
    [InlineData(MemberFault.UnknownTakenForDone)]
    [InlineData(MemberFault.ReturnsAsMaster)]
    [InlineData(MemberFault.InSyncBeforeItHasAll)]
    [InlineData(MemberFault.InSyncBeforeItIsNeeded)]
    [InlineData(MemberFault.VersionNotCompared)]
    public void Planted_fault_is_found(MemberFault fault)
    {
        int seed = Enumerable.Range(1, PlantedSeeds).FirstOrDefault(seed => WorldOf(seed, fault).Violation is not null);

        output.WriteLine($"found under seed {seed}");
        Assert.NotEqual(0, seed);
    }

    private static MemberWorld WorldOf(int seed, MemberFault fault)
    {
        // What a member goes on with runs on this thread, in the order in which the world lets it.
        SynchronizationContext.SetSynchronizationContext(null);
        var world = new MemberWorld(seed, fault);
        world.Run(Steps);
        world.RunMended();
        world.RunWithoutMaster();
        world.End();
        return world;
    }

    private void Check(MemberWorld world, int seed)
    {
        if (world.Violation is null)
            return;
        output.WriteLine($"FOREWAVE_SEED={seed} replays this.");
        foreach (string line in world.Happened)
            output.WriteLine(line);
        Assert.Fail($"FOREWAVE_SEED={seed}: {world.Violation}");
    }

    private static IEnumerable<int> SeedsToRun() => Environment.GetEnvironmentVariable("FOREWAVE_SEED") is { Length: > 0 } one
        ? [int.Parse(one, CultureInfo.InvariantCulture)]
        : Enumerable.Range(1, Environment.GetEnvironmentVariable("FOREWAVE_NIGHTLY") is null ? Seeds : NightlySeeds);
}
