using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files.Tests.Disk;

/// <summary>What every disk does with the names of files.</summary>
public sealed class NameConformanceTests
{
    private static readonly DiskPath Folder = new("folder");
    private static readonly DiskPath A = new("a");
    private static readonly DiskPath B = new("b");

    public static TheoryData<string> Disks => DiskFixture.Kinds;

    [Theory]
    [MemberData(nameof(Disks))]
    public void Open_fails_when_the_file_or_its_folder_is_missing(string kind)
    {
        using DiskFixture fixture = new(kind);

        AssertFails(DiskErrorKind.NotFound, A, () => fixture.Disk.Open(A, DiskOpen.OpenExisting));
        AssertFails(DiskErrorKind.NotFound, A, () => fixture.Disk.Open(A, DiskOpen.ReadOnly));
        AssertFails(DiskErrorKind.NotFound, Folder / "a", () => fixture.Disk.Open(Folder / "a", DiskOpen.CreateNew));
        Assert.False(fixture.Disk.Exists(A));
    }

    [Theory]
    [MemberData(nameof(Disks))]
    public void Create_fails_when_the_name_is_taken(string kind)
    {
        using DiskFixture fixture = new(kind);
        fixture.Disk.Create(A, [1]);
        fixture.Disk.CreateFolder(Folder);

        AssertFails(DiskErrorKind.AlreadyExists, A, () => fixture.Disk.Open(A, DiskOpen.CreateNew));
        AssertFails(DiskErrorKind.AlreadyExists, Folder, () => fixture.Disk.Open(Folder, DiskOpen.CreateNew));
        AssertFails(DiskErrorKind.AlreadyExists, A, () => fixture.Disk.CreateFolder(A));
        Assert.Equal([1], fixture.Disk.ReadAll(A));
    }

    [Theory]
    [MemberData(nameof(Disks))]
    public void Folder_is_created_once_and_inside_an_existing_one_only(string kind)
    {
        using DiskFixture fixture = new(kind);

        AssertFails(DiskErrorKind.NotFound, Folder / "inner", () => fixture.Disk.CreateFolder(Folder / "inner"));
        fixture.Disk.CreateFolder(Folder);
        fixture.Disk.CreateFolder(Folder);
        fixture.Disk.CreateFolder(Folder / "inner");
        fixture.Disk.Create(Folder / "inner" / "a", [1]);

        Assert.True(fixture.Disk.Exists(Folder));
        Assert.True(fixture.Disk.Exists(Folder / "inner" / "a"));
    }

    [Theory]
    [MemberData(nameof(Disks))]
    public void List_gives_the_files_of_a_folder_in_order(string kind)
    {
        using DiskFixture fixture = new(kind);
        fixture.Disk.CreateFolder(Folder);
        fixture.Disk.CreateFolder(Folder / "inner");
        foreach (string name in (string[])["10", "2", "B", "a", "1"])
            fixture.Disk.Create(Folder / name, []);
        fixture.Disk.Create(Folder / "inner" / "deeper", []);
        fixture.Disk.Create(new DiskPath("beside"), []);

        IReadOnlyList<DiskPath> listed = fixture.Disk.List(Folder);

        Assert.Equal(["1", "10", "2", "B", "a"], listed.Select(path => path.Name));
        Assert.All(listed, path => Assert.Equal(Folder, path.Folder));
        Assert.Equal([new DiskPath("beside")], fixture.Disk.List(DiskPath.Root));
    }

    [Theory]
    [MemberData(nameof(Disks))]
    public void List_fails_when_the_folder_is_missing(string kind)
    {
        using DiskFixture fixture = new(kind);

        AssertFails(DiskErrorKind.NotFound, Folder, () => fixture.Disk.List(Folder));
        AssertFails(DiskErrorKind.NotFound, Folder, () => fixture.Disk.SyncFolder(Folder));
    }

    [Theory]
    [MemberData(nameof(Disks))]
    public void Rename_replaces_the_file_that_had_the_name(string kind)
    {
        using DiskFixture fixture = new(kind);
        fixture.Disk.Create(A, [1]);
        fixture.Disk.Create(B, [2]);
        using IDiskFile replaced = fixture.Disk.Open(B, DiskOpen.ReadOnly);

        fixture.Disk.Rename(A, B);
        fixture.Disk.SyncFolder(DiskPath.Root);

        Assert.False(fixture.Disk.Exists(A));
        Assert.Equal([1], fixture.Disk.ReadAll(B));
        Assert.Equal([2], replaced.ReadAll());
    }

    [Theory]
    [MemberData(nameof(Disks))]
    public void Rename_moves_a_file_between_folders_while_it_is_open(string kind)
    {
        using DiskFixture fixture = new(kind);
        fixture.Disk.CreateFolder(Folder);
        using IDiskFile file = fixture.Disk.Open(A, DiskOpen.CreateNew);

        fixture.Disk.Rename(A, Folder / "a");
        file.Write(0, [1]);

        Assert.Equal([1], fixture.Disk.ReadAll(Folder / "a"));
        Assert.Equal(A, file.Path);
    }

    [Theory]
    [MemberData(nameof(Disks))]
    public void Rename_to_itself_changes_nothing(string kind)
    {
        using DiskFixture fixture = new(kind);
        fixture.Disk.Create(A, [1]);

        fixture.Disk.Rename(A, A);

        Assert.Equal([1], fixture.Disk.ReadAll(A));
    }

    [Theory]
    [MemberData(nameof(Disks))]
    public void Rename_fails_when_the_file_or_the_new_folder_is_missing(string kind)
    {
        using DiskFixture fixture = new(kind);
        fixture.Disk.Create(B, [2]);

        AssertFails(DiskErrorKind.NotFound, A, () => fixture.Disk.Rename(A, B));
        AssertFails(DiskErrorKind.NotFound, B, () => fixture.Disk.Rename(B, Folder / "b"));
        Assert.Equal([2], fixture.Disk.ReadAll(B));
    }

    [Theory]
    [MemberData(nameof(Disks))]
    public void Delete_takes_the_name_and_leaves_open_handles_working(string kind)
    {
        using DiskFixture fixture = new(kind);
        using IDiskFile file = fixture.Disk.Open(A, DiskOpen.CreateNew);
        file.Write(0, [1, 2]);

        fixture.Disk.Delete(A);
        file.Write(0, [3]);

        Assert.False(fixture.Disk.Exists(A));
        Assert.Equal([3, 2], file.ReadAll());
        AssertFails(DiskErrorKind.NotFound, A, () => fixture.Disk.Delete(A));
        fixture.Disk.Create(A, [9]);
        Assert.Equal([9], fixture.Disk.ReadAll(A));
    }

    [Theory]
    [MemberData(nameof(Disks))]
    public void Lock_is_refused_with_the_process_id_when_it_is_held(string kind)
    {
        using DiskFixture fixture = new(kind);
        DiskPath path = new("lock");
        IDisposable held = fixture.Disk.LockExclusive(path);

        DiskException refused = AssertFails(DiskErrorKind.Locked, path, () => fixture.Disk.LockExclusive(path));

        Assert.Equal(Environment.ProcessId, refused.HolderProcessId);
        Assert.Contains($"in use by process {Environment.ProcessId}", refused.Message, StringComparison.Ordinal);
        held.Dispose();
        held.Dispose();
        fixture.Disk.LockExclusive(path).Dispose();
        Assert.True(fixture.Disk.Exists(path));
    }

    [Theory]
    [MemberData(nameof(Disks))]
    public void Error_names_operation_path_number_and_what_to_do(string kind)
    {
        using DiskFixture fixture = new(kind);

        DiskException error = AssertFails(DiskErrorKind.NotFound, Folder / "a", () => fixture.Disk.Delete(Folder / "a"));

        Assert.Equal(DiskOperationKind.Delete, error.Operation);
        Assert.Equal(2, error.Errno.Number);
        Assert.Contains("Delete of 'folder/a' failed with ENOENT (2). ", error.Message, StringComparison.Ordinal);
        Assert.Contains("check that the right data folder was given", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Disks))]
    public void Space_is_positive_and_at_most_the_total(string kind)
    {
        using DiskFixture fixture = new(kind);

        Assert.InRange(fixture.Disk.FreeBytes, 1, fixture.Disk.TotalBytes);
    }

    private static DiskException AssertFails(DiskErrorKind kind, DiskPath path, Action act)
    {
        DiskException error = Assert.Throws<DiskException>(act);
        Assert.Equal(kind, error.Kind);
        Assert.Equal(path, error.Path);
        return error;
    }

    private static DiskException AssertFails(DiskErrorKind kind, DiskPath path, Func<object> act) =>
        AssertFails(kind, path, () => { _ = act(); });
}
