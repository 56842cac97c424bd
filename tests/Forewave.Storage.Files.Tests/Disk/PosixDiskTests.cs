using System.Diagnostics;
using System.Globalization;
using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files.Tests.Disk;

/// <summary>What only a real disk shows.</summary>
public sealed class PosixDiskTests : IDisposable
{
    private static readonly DiskPath A = new("a");

    private readonly string _folder = Directory.CreateTempSubdirectory("forewave-disk-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Hot_calls_do_not_allocate()
    {
        PosixDisk disk = PosixDisk.OpenFolder(_folder);
        using IDiskFile file = disk.Open(A, DiskOpen.CreateNew);
        byte[] bytes = DiskBytes.Random(seed: 1, 4096);
        ReadOnlyMemory<byte>[] pieces = [bytes.AsMemory(0, 100), bytes.AsMemory(100)];
        long least = long.MaxValue;

        // What the runtime allocates for itself on this thread, once, is in one round; what a call does, in all.
        for (int round = 0; round < 20; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            UseHotCalls(file, bytes, pieces);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    [Fact]
    public void Preallocate_takes_real_blocks()
    {
        PosixDisk disk = PosixDisk.OpenFolder(_folder);
        using IDiskFile file = disk.Open(A, DiskOpen.CreateNew);

        file.Preallocate(1_000_000);
        file.Sync();

        Assert.True(AllocatedBytes(A) >= 1_000_000);
    }

    [Fact]
    public void Data_folder_is_created_when_it_is_missing()
    {
        PosixDisk disk = PosixDisk.OpenFolder(Path.Combine(_folder, "data/"));

        disk.Create(A, [1]);

        Assert.Equal([1], File.ReadAllBytes(Path.Combine(_folder, "data", "a")));
    }

    [Fact]
    public void Data_folder_is_refused_when_it_cannot_be_created()
    {
        File.WriteAllText(Path.Combine(_folder, "file"), "x");

        DiskException isFile = Assert.Throws<DiskException>(() => PosixDisk.OpenFolder(Path.Combine(_folder, "file")));
        DiskException noParent = Assert.Throws<DiskException>(() => PosixDisk.OpenFolder(Path.Combine(_folder, "x", "y")));

        Assert.Equal(DiskErrorKind.AlreadyExists, isFile.Kind);
        Assert.Equal(DiskErrorKind.NotFound, noParent.Kind);
    }

    [Fact]
    public void List_leaves_out_names_that_no_path_can_have()
    {
        PosixDisk disk = PosixDisk.OpenFolder(_folder);
        disk.Create(A, []);
        File.WriteAllText(Path.Combine(_folder, "fore\\ign"), "x");

        Assert.Equal([A], disk.List(DiskPath.Root));
    }

    [Fact]
    public void Write_and_sync_fail_with_kind_and_number_when_the_device_refuses()
    {
        // /dev/full is in every Linux: a write to it fails as on a full disk.
        PosixDisk devices = PosixDisk.OpenFolder("/dev");
        using IDiskFile full = devices.Open(new DiskPath("full"), DiskOpen.OpenExisting);

        DiskException write = Assert.Throws<DiskException>(() => full.Write(0, [1]));
        DiskException gather = Assert.Throws<DiskException>(() => full.WriteGather(0, [new byte[] { 1 }]));
        DiskException sync = Assert.Throws<DiskException>(full.Sync);

        Assert.Equal(DiskErrorKind.DiskFull, write.Kind);
        Assert.Equal(DiskErrorKind.DiskFull, gather.Kind);
        Assert.Contains("Write of 'full' failed with ENOSPC (28). The disk or the quota is full", write.Message, StringComparison.Ordinal);
        Assert.Equal(DiskErrorKind.Failed, sync.Kind);
        Assert.Contains("a second sync would prove nothing", sync.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Change_fails_as_read_only_when_the_file_system_is()
    {
        // sysfs refuses new names to everyone, root included.
        PosixDisk kernel = PosixDisk.OpenFolder("/sys");

        DiskException error = Assert.Throws<DiskException>(() => kernel.CreateFolder(A));

        Assert.Equal(DiskErrorKind.ReadOnly, error.Kind);
        Assert.Contains("mounted writable", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lock_tells_who_holds_it_when_that_is_another_process()
    {
        PosixDisk disk = PosixDisk.OpenFolder(_folder);
        disk.Create(new DiskPath("lock"), []);
        using Process holder = StartHolder(Path.Combine(_folder, "lock"));
        int holderId = int.Parse(holder.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);

        DiskException refused = Assert.Throws<DiskException>(() => disk.LockExclusive(new DiskPath("lock")));
        Assert.Equal(holderId, refused.HolderProcessId);

        holder.Kill();
        holder.WaitForExit();
        disk.LockExclusive(new DiskPath("lock")).Dispose();
    }

    [Fact]
    public void Lock_is_not_inherited_by_a_child_process()
    {
        PosixDisk disk = PosixDisk.OpenFolder(_folder);
        IDisposable held = disk.LockExclusive(new DiskPath("lock"));
        ProcessStartInfo start = new("cat") { UseShellExecute = false, RedirectStandardInput = true };
        using Process child = Process.Start(start)!;

        held.Dispose();
        disk.LockExclusive(new DiskPath("lock")).Dispose();

        child.StandardInput.Close();
        child.WaitForExit();
    }

    private static void UseHotCalls(IDiskFile file, byte[] bytes, ReadOnlyMemory<byte>[] pieces)
    {
        file.Write(0, bytes);
        file.WriteGather(4096, pieces);
        file.Read(0, bytes);
        file.Sync();
    }

    /// <summary>A process that locks the file, as a broker would, writes its id into it, says so and stays.</summary>
    private static Process StartHolder(string path)
    {
        ProcessStartInfo start = new("sh") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardInput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("exec 9<>\"$1\"; flock -x 9; echo $$ >&9; echo $$; read -r line");
        start.ArgumentList.Add("sh");
        start.ArgumentList.Add(path);
        return Process.Start(start)!;
    }

    private long AllocatedBytes(DiskPath path)
    {
        ProcessStartInfo start = new("stat") { UseShellExecute = false, RedirectStandardOutput = true };
        start.ArgumentList.Add("--format=%b");
        start.ArgumentList.Add(Path.Combine(_folder, path.Value));
        using Process stat = Process.Start(start)!;
        return long.Parse(stat.StandardOutput.ReadToEnd(), CultureInfo.InvariantCulture) * 512;
    }
}
