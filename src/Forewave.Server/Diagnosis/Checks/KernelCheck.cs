namespace Forewave.Server.Diagnosis.Checks;

/// <summary><c>kernel</c>: settings of the kernel that a broker meets, one finding for each that is in its way.</summary>
internal static class KernelCheck
{
    private const string Check = "kernel";

    // What the listeners ask for; the kernel gives the lower of the two.
    private const long Backlog = 512;
    private const long Maps = 65_530;
    private const long OpenFiles = 262_144;

    /// <summary>Looks.</summary>
    public static IEnumerable<Finding> Look(DiagnosisScene scene)
    {
        List<Finding> findings = [];
        var host = scene.Host;
        if (host.ReadNumber("/proc/sys/net/core/somaxconn") is < Backlog and { } backlog)
            findings.Add(Low("net.core.somaxconn", backlog, $"Clients that come back all at once are turned away beyond it: sysctl -w net.core.somaxconn={Backlog} or more."));
        if (host.ReadNumber("/proc/sys/vm/max_map_count") is < Maps and { } maps)
            findings.Add(Low("vm.max_map_count", maps, $"The runtime maps memory and libraries: sysctl -w vm.max_map_count={Maps} or more."));
        if (host.ReadNumber("/proc/sys/fs/file-max") is < OpenFiles and { } files)
            findings.Add(Low("fs.file-max", files, $"It bounds the open files of the whole host: sysctl -w fs.file-max={OpenFiles} or more."));
        if (host.ReadNumber("/proc/sys/vm/overcommit_memory") == 2)
            findings.Add(Low("vm.overcommit_memory", 2, "The runtime reserves more address space than it uses, and is refused it then: sysctl -w vm.overcommit_memory=0, or set DOTNET_GCHeapHardLimit."));
        if (host.ReadNumber("/proc/sys/vm/swappiness") is > 60 and { } swappiness && host.ReadLines("/proc/swaps").Length > 1)
            findings.Add(Low("vm.swappiness", swappiness, "A broker that was swapped out stalls its publishers: sysctl -w vm.swappiness=10."));
        return findings.Count > 0 ? findings : [new Finding(Check, FindingLevel.Fine) { Text = "no setting of the kernel is in the way" }];
    }

    private static Finding Low(string name, long value, string advice) => new(Check, FindingLevel.Warning)
    {
        Text = $"{name} is {value}", Advice = advice, Values = new Dictionary<string, object> { ["sysctl"] = name, ["value"] = value },
    };
}
