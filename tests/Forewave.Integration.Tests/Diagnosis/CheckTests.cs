using Forewave.Integration.Tests.Processes;
using Forewave.Server;
using Forewave.Server.Diagnosis;
using Forewave.Server.Diagnosis.Checks;

namespace Forewave.Integration.Tests.Diagnosis;

/// <summary>What each check of <c>forewave doctor</c> says of a host that is planted.</summary>
public sealed class CheckTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    [Theory]
    [InlineData(1, "Fault")]
    [InlineData(8, "Warning")]
    [InlineData(40, "Fine")]
    [InlineData(30_000, "Warning")]
    public void Sync_is_doubted_when_it_is_faster_than_a_disk_or_slow(int microseconds, string level)
    {
        var times = SyncTimes.Of(Enumerable.Repeat(TimeSpan.FromMicroseconds(microseconds), 100));

        var finding = SyncCheck.Of(times);

        Assert.Equal(level, finding.Level.ToString());
        Assert.Equal(level == "Fine", finding.Advice is null);
    }

    [Fact]
    public void Sync_is_a_fault_when_a_library_is_loaded_that_makes_it_do_nothing() =>
        Assert.Equal(FindingLevel.Fault, SyncCheck.Of(SyncTimes.Of([TimeSpan.FromMicroseconds(50)]), "libeatmydata").Level);

    [Fact]
    public void Times_are_sorted_before_they_are_summed_up()
    {
        var times = SyncTimes.Of(Enumerable.Range(1, 200).Reverse().Select(number => TimeSpan.FromMicroseconds(number)));

        Assert.Equal((200, 101, 199, 200), (times.Count, times.Median.TotalMicroseconds, times.P99.TotalMicroseconds, times.Slowest.TotalMicroseconds));
    }

    [Fact]
    public void Disk_is_measured_without_leaving_a_file()
    {
        var times = SyncProbe.Measure(_root.Path, CancellationToken.None);

        Assert.InRange(times.Count, 1, 500);
        Assert.True(times.Median > TimeSpan.Zero && times.Median <= times.P99 && times.P99 <= times.Slowest);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root.Path));
    }

    [Theory]
    [InlineData("tmpfs", "Fault")]
    [InlineData("overlayfs", "Warning")]
    [InlineData("nfs", "Warning")]
    [InlineData("ext4", "Fine")]
    public void File_system_is_judged_by_its_kind(string kind, string level) => Assert.Equal(level, FileSystemCheck.Of(kind).Level.ToString());

    [Theory]
    [InlineData(550, "Fault")]
    [InlineData(700, "Warning")]
    [InlineData(5_000, "Fine")]
    public void Space_is_judged_by_the_guard(long freeMebibytes, string level)
    {
        SpaceState state = new() { FreeBytes = freeMebibytes << 20, TotalBytes = 1L << 40 };

        Assert.Equal(level, SpaceCheck.Of(state, 512L << 20).Level.ToString());
    }

    [Theory]
    [InlineData("1024", "1000", "Fault")]
    [InlineData("1024", "2048", "Warning")]
    [InlineData("1024", "1048576", "Fine")]
    [InlineData("unlimited", "unlimited", "Fine")]
    public void Open_files_are_judged_by_the_limit_that_the_broker_can_raise_its_own_to(string soft, string hard, string level)
    {
        Plant("/proc/self/limits", $"Limit                     Soft Limit           Hard Limit           Units\nMax open files            {soft,-20} {hard,-20} files\n");

        Assert.Equal(level, Assert.Single(OpenFilesCheck.Look(Scene())).Level.ToString());
    }

    [Theory]
    [InlineData("max", 8_000_000, "Fine")]
    [InlineData("134217728", 8_000_000, "Fault")]
    [InlineData("536870912", 8_000_000, "Warning")]
    [InlineData("max", 100_000, "Fault")]
    [InlineData("max", 600_000, "Warning")]
    public void Memory_is_judged_by_the_host_and_the_control_group(string limit, long availableKibibytes, string level)
    {
        Plant("/proc/meminfo", $"MemTotal:       16000000 kB\nMemAvailable:   {availableKibibytes} kB\n");
        Plant("/proc/self/cgroup", "0::/system.slice/forewave.service\n");
        Plant("/sys/fs/cgroup/system.slice/memory.max", "max\n");
        Plant("/sys/fs/cgroup/system.slice/forewave.service/memory.max", limit);

        Assert.Equal(level, Assert.Single(MemoryCheck.Look(Scene())).Level.ToString());
    }

    [Fact]
    public void Control_group_has_the_lowest_limit_on_its_way_and_its_kills()
    {
        Plant("/proc/self/cgroup", "0::/a/b\n");
        Plant("/sys/fs/cgroup/a/memory.max", "1000000");
        Plant("/sys/fs/cgroup/a/b/memory.max", "2000000");
        Plant("/sys/fs/cgroup/a/b/memory.events", "low 0\noom 2\noom_kill 2\n");

        Assert.Equal(new ControlGroup { LimitBytes = 1_000_000, Kills = 2 }, ControlGroup.Read(new HostFiles(_root.Path), "self"));
    }

    [Fact]
    public void Control_group_of_version_1_has_no_limit_where_it_says_a_huge_one()
    {
        Plant("/proc/self/cgroup", "12:cpu,cpuacct:/x\n5:memory:/docker/1\n");
        Plant("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712");

        Assert.Null(ControlGroup.Read(new HostFiles(_root.Path), "self").LimitBytes);
        Plant("/sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes", "5000");
        Assert.Equal(5000, ControlGroup.Read(new HostFiles(_root.Path), "self").LimitBytes);
    }

    [Fact]
    public void Kernel_is_fine_until_a_setting_is_in_the_way()
    {
        Plant("/proc/sys/net/core/somaxconn", "4096");
        Plant("/proc/sys/vm/overcommit_memory", "0");
        Assert.Equal(FindingLevel.Fine, Assert.Single(KernelCheck.Look(Scene())).Level);

        Plant("/proc/sys/net/core/somaxconn", "128");
        Plant("/proc/sys/vm/overcommit_memory", "2");

        Assert.Equal(["net.core.somaxconn", "vm.overcommit_memory"], KernelCheck.Look(Scene()).Select(finding => finding.Values["sysctl"]));
    }

    [Fact]
    public void Clock_is_a_warning_when_nobody_keeps_it_or_it_was_stepped_or_set_back()
    {
        ClockState kept = new(true, TimeSpan.FromMilliseconds(3));
        ClockState loose = new(false, TimeSpan.FromSeconds(16));
        Assert.Equal([FindingLevel.Fine], LevelsOf(ClockCheck.Look(Scene(), kept, TimeSpan.Zero)));
        Assert.Equal([FindingLevel.Fine], LevelsOf(ClockCheck.Look(Scene(), null, TimeSpan.Zero)));
        Assert.Equal([FindingLevel.Warning], LevelsOf(ClockCheck.Look(Scene(), loose, TimeSpan.Zero)));
        Assert.Equal([FindingLevel.Fine, FindingLevel.Warning], LevelsOf(ClockCheck.Look(Scene(), kept, TimeSpan.FromSeconds(-3))));

        Plant("/data/MANIFEST", "");
        File.SetLastWriteTimeUtc(_root["data/MANIFEST"], TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(1));

        Assert.Equal([FindingLevel.Fine, FindingLevel.Warning], LevelsOf(ClockCheck.Look(Scene(), kept, TimeSpan.Zero)));
    }

    [Fact]
    public void Library_is_a_fault_when_a_setting_needs_what_is_not_there()
    {
        NeededLibrary none = new() { Name = "Nothing", Files = ["libforewave-is-not-there.so.9"], Needs = "nothing", Package = "libnothing" };

        Assert.Equal(FindingLevel.Fine, LibraryCheck.Of(none, isNeeded: false).Level);
        Assert.Equal(FindingLevel.Fault, LibraryCheck.Of(none, isNeeded: true).Level);
        Assert.Contains("apt-get install libnothing", LibraryCheck.Of(none, isNeeded: true).Advice!, StringComparison.Ordinal);
    }

    [Fact]
    public void Folder_is_a_fault_when_it_is_a_file_or_lost_its_manifest_or_its_parent_is_missing()
    {
        Assert.Equal([FindingLevel.Fine], LevelsOf(FolderCheck.Look(Scene())));
        Assert.Equal([FindingLevel.Fault], LevelsOf(FolderCheck.Look(Scene("no/data"))));
        Plant("/file", "");
        Assert.Equal([FindingLevel.Fault], LevelsOf(FolderCheck.Look(Scene("file"))));
        Plant("/lost/segments/00000001.segment", "");
        Assert.Equal([FindingLevel.Fault], LevelsOf(FolderCheck.Look(Scene("lost"))));
    }

    [Fact]
    public void Folder_of_a_newer_format_is_a_fault()
    {
        Plant("/data/MANIFEST", "no manifest");

        Assert.Equal([FindingLevel.Fine, FindingLevel.Fault], LevelsOf(VersionCheck.Look(Scene())));
    }

    [Fact]
    public void Names_that_are_no_settings_are_a_warning() =>
        Assert.Equal([FindingLevel.Warning], LevelsOf(SettingCheck.Look(Scene() with { UnknownVariables = ["FOREWAVE_LISTN"] })));

    [Fact]
    public void Worst_finding_decides()
    {
        Finding fine = new("a", FindingLevel.Fine) { Text = "" };

        Assert.Equal(FindingLevel.Fine, HostDiagnosis.WorstOf([]));
        Assert.Equal(FindingLevel.Fault, HostDiagnosis.WorstOf([fine, fine with { Level = FindingLevel.Fault }, fine with { Level = FindingLevel.Warning }]));
    }

    public void Dispose() => _root.Dispose();

    private static FindingLevel[] LevelsOf(IEnumerable<Finding> findings) => [.. findings.Select(finding => finding.Level)];

    private DiagnosisScene Scene(string folder = "data") =>
        new() { Options = new ForewaveBrokerOptions { DataFolder = _root[folder] }, Host = new HostFiles(_root.Path) };

    private void Plant(string path, string text)
    {
        string full = _root[path.TrimStart('/')];
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
