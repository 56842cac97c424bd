using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files.Tests.Disk;

/// <summary>What every disk does with the bytes of a file.</summary>
public sealed class FileConformanceTests
{
    private static readonly DiskPath Path = new("file");

    public static TheoryData<string> Disks => DiskFixture.Kinds;

    [Theory]
    [MemberData(nameof(Disks))]
    public void Read_gives_what_was_written_when_it_crosses_chunks(string kind)
    {
        using DiskFixture fixture = new(kind);
        using IDiskFile file = fixture.Disk.Open(Path, DiskOpen.CreateNew);
        byte[] expected = DiskBytes.Random(seed: 1, 300_001);

        file.Write(0, expected.AsSpan(0, 1000));
        file.Write(1000, expected.AsSpan(1000));
        file.Sync();

        Assert.Equal(expected.Length, file.Length);
        Assert.Equal(expected, file.ReadAll());
        Assert.Equal(expected, fixture.Disk.ReadAll(Path));
    }

    [Theory]
    [MemberData(nameof(Disks))]
    public void Read_is_short_at_the_end_only(string kind)
    {
        using DiskFixture fixture = new(kind);
        using IDiskFile file = fixture.Disk.Open(Path, DiskOpen.CreateNew);
        file.Write(0, new byte[10]);

        Assert.Equal(10, file.Read(0, new byte[10]));
        Assert.Equal(3, file.Read(7, new byte[10]));
        Assert.Equal(0, file.Read(10, new byte[10]));
        Assert.Equal(0, file.Read(1_000_000, new byte[10]));
        Assert.Equal(0, file.Read(0, []));
    }

    [Theory]
    [MemberData(nameof(Disks))]
    public void Write_past_the_end_leaves_zeros_in_the_gap(string kind)
    {
        using DiskFixture fixture = new(kind);
        using IDiskFile file = fixture.Disk.Open(Path, DiskOpen.CreateNew);

        file.Write(200_000, [7]);

        byte[] expected = new byte[200_001];
        expected[^1] = 7;
        Assert.Equal(expected, file.ReadAll());
    }

    [Theory]
    [MemberData(nameof(Disks))]
    public void Write_of_nothing_changes_nothing(string kind)
    {
        using DiskFixture fixture = new(kind);
        using IDiskFile file = fixture.Disk.Open(Path, DiskOpen.CreateNew);

        file.Write(500, []);
        file.WriteGather(500, []);

        Assert.Equal(0, file.Length);
    }

    [Theory]
    [MemberData(nameof(Disks))]
    public void Gather_writes_the_pieces_in_order_when_they_are_many_and_some_are_empty(string kind)
    {
        using DiskFixture fixture = new(kind);
        using IDiskFile file = fixture.Disk.Open(Path, DiskOpen.CreateNew);
        byte[] expected = DiskBytes.Random(seed: 2, 150 * 149 / 2);
        ReadOnlyMemory<byte>[] pieces = new ReadOnlyMemory<byte>[150];
        int start = 0;
        for (int i = 0; i < pieces.Length; start += i, i++)
            pieces[i] = expected.AsMemory(start, i);

        file.WriteGather(5, pieces);

        Assert.Equal([0, 0, 0, 0, 0, .. expected], file.ReadAll());
    }

    [Theory]
    [MemberData(nameof(Disks))]
    public void Preallocate_grows_with_zeros_and_keeps_what_was_there(string kind)
    {
        using DiskFixture fixture = new(kind);
        using IDiskFile file = fixture.Disk.Open(Path, DiskOpen.CreateNew);
        file.Write(0, [1, 2, 3]);

        file.Preallocate(700_000);
        file.Preallocate(10);

        byte[] expected = new byte[700_000];
        expected[0] = 1;
        expected[1] = 2;
        expected[2] = 3;
        Assert.Equal(expected, file.ReadAll());
    }

    [Theory]
    [MemberData(nameof(Disks))]
    public void Truncate_drops_the_end_and_growing_again_shows_zeros(string kind)
    {
        using DiskFixture fixture = new(kind);
        using IDiskFile file = fixture.Disk.Open(Path, DiskOpen.CreateNew);
        file.Write(0, DiskBytes.Random(seed: 3, 200_000));

        file.Truncate(100);
        Assert.Equal(100, file.Length);
        file.Preallocate(200_000);

        Assert.Equal([.. DiskBytes.Random(seed: 3, 200_000)[..100], .. new byte[199_900]], file.ReadAll());
    }

    [Theory]
    [MemberData(nameof(Disks))]
    public void Truncate_is_refused_when_the_file_is_shorter(string kind)
    {
        using DiskFixture fixture = new(kind);
        using IDiskFile file = fixture.Disk.Open(Path, DiskOpen.CreateNew);
        file.Write(0, new byte[10]);

        Assert.Throws<ArgumentOutOfRangeException>(() => file.Truncate(11));
        Assert.Equal(10, file.Length);
    }

    [Theory]
    [MemberData(nameof(Disks))]
    public void Write_is_refused_when_the_file_was_opened_read_only(string kind)
    {
        using DiskFixture fixture = new(kind);
        fixture.Disk.Create(Path, [1]);

        using IDiskFile file = fixture.Disk.Open(Path, DiskOpen.ReadOnly);

        Assert.Throws<InvalidOperationException>(() => file.Write(0, [2]));
        Assert.Throws<InvalidOperationException>(() => file.WriteGather(0, [new byte[] { 2 }]));
        Assert.Throws<InvalidOperationException>(() => file.Preallocate(100));
        Assert.Throws<InvalidOperationException>(() => file.Truncate(0));
        Assert.Equal([1], file.ReadAll());
    }

    [Theory]
    [MemberData(nameof(Disks))]
    public void Offset_is_refused_when_it_is_negative(string kind)
    {
        using DiskFixture fixture = new(kind);
        using IDiskFile file = fixture.Disk.Open(Path, DiskOpen.CreateNew);

        Assert.Throws<ArgumentOutOfRangeException>(() => file.Write(-1, [1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Read(-1, new byte[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Preallocate(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Truncate(-1));
    }

    [Theory]
    [MemberData(nameof(Disks))]
    public void File_refuses_every_call_when_it_is_disposed(string kind)
    {
        using DiskFixture fixture = new(kind);
        IDiskFile file = fixture.Disk.Open(Path, DiskOpen.CreateNew);
        file.Dispose();
        file.Dispose();

        Assert.Throws<ObjectDisposedException>(() => file.Write(0, [1]));
        Assert.Throws<ObjectDisposedException>(() => file.Read(0, new byte[1]));
        Assert.Throws<ObjectDisposedException>(file.Sync);
        Assert.Throws<ObjectDisposedException>(() => file.Length);
    }

    [Theory]
    [MemberData(nameof(Disks))]
    public void Advice_changes_nothing_that_is_read(string kind)
    {
        using DiskFixture fixture = new(kind);
        using IDiskFile file = fixture.Disk.Open(Path, DiskOpen.CreateNew);
        byte[] expected = DiskBytes.Random(seed: 4, 100_000);
        file.Write(0, expected);

        file.AdviseSequential();
        file.AdviseDontNeed(new ByteRange { Offset = 0, LengthBytes = 50_000 });
        file.AdviseDontNeed(default);

        Assert.Equal(expected, file.ReadAll());
    }

    [Theory]
    [MemberData(nameof(Disks))]
    public void Threads_write_and_read_one_file_at_once(string kind)
    {
        const int Threads = 4;
        const int BlockBytes = 5_000;
        const int Blocks = 200;
        using DiskFixture fixture = new(kind);
        using IDiskFile file = fixture.Disk.Open(Path, DiskOpen.CreateNew);
        byte[] expected = DiskBytes.Random(seed: 5, Threads * Blocks * BlockBytes);

        Parallel.For(0, Threads, thread =>
        {
            byte[] seen = new byte[BlockBytes];
            for (int block = thread; block < Threads * Blocks; block += Threads)
            {
                ReadOnlySpan<byte> bytes = expected.AsSpan(block * BlockBytes, BlockBytes);
                file.Write(block * BlockBytes, bytes);
                Assert.Equal(BlockBytes, file.Read(block * BlockBytes, seen));
                Assert.True(bytes.SequenceEqual(seen));
            }
        });

        Assert.Equal(expected, file.ReadAll());
    }
}
