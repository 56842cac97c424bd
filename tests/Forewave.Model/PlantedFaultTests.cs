using System.Diagnostics;
using Forewave.Model.Searches;
using Forewave.Model.Worlds;
using Xunit.Abstractions;

namespace Forewave.Model;

public class PlantedFaultTests(ITestOutputHelper output)
{
    // Beyond what any of them needs.
    private const int MostWorlds = 4_000_000;
    private const int MostSteps = 40;

    public static TheoryData<string> Names => new(PlantedFault.All.Select(fault => fault.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void Search_finds_the_fault_and_prints_its_trace(string name)
    {
        PlantedFault fault = PlantedFault.All.Single(fault => fault.Name == name);
        long began = Stopwatch.GetTimestamp();

        Finding finding = new BreadthFirst(fault.Rules).Run(MostSteps, MostWorlds);

        output.WriteLine($"{name}: {finding.Broken} in {finding.Trace?.Length} steps, {finding.Worlds} worlds, {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s");
        output.WriteLine($"{finding.Trace}");
        Assert.Equal(fault.Expected, finding.Broken);
        Assert.True(fault.Through is null || finding.Trace!.Has(fault.Through), "the trace shows another fault");
    }
}
