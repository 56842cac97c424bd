using Forewave.Protocol;
using Forewave.Storage.Files.Checkpoints;
using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files.Tests.Checkpoints;

public sealed class CheckpointTests
{
    private static readonly DiskPath _path = new("one.checkpoint");

    [Fact]
    public void Reader_gives_back_what_was_written()
    {
        MemoryDisk disk = new();
        (StatePart Part, byte[] State)[] written = Write(disk, sizes: [0, 1, 300_000, 1_500_000, 17]);

        List<(StatePart Part, byte[] State)> read = [];
        CheckpointReader.Read(disk, _path, (in StatePart part, ReadOnlySpan<byte> state) => read.Add((part, state.ToArray())));

        Assert.Equal(written.Select(one => one.Part), read.Select(one => one.Part));
        Assert.All(written.Zip(read), pair => Assert.Equal(pair.First.State, pair.Second.State));
    }

    [Fact]
    public void Reader_refuses_a_file_that_is_cut_anywhere()
    {
        MemoryDisk disk = new();
        Write(disk, sizes: [5, 40, 0]);
        byte[] whole = ReadAll(disk);

        for (int length = 0; length < whole.Length; length++)
        {
            Replace(disk, whole.AsSpan(0, length));
            Assert.Throws<StoreException>(() => CheckpointReader.Read(disk, _path, Ignore));
        }
    }

    [Fact]
    public void Reader_refuses_a_flipped_bit_anywhere()
    {
        MemoryDisk disk = new();
        Write(disk, sizes: [5, 40, 0]);
        byte[] whole = ReadAll(disk);

        for (int at = 0; at < whole.Length; at++)
        {
            byte[] flipped = [.. whole];
            flipped[at] ^= 0x10;
            Replace(disk, flipped);
            Assert.Throws<StoreException>(() => CheckpointReader.Read(disk, _path, Ignore));
        }
    }

    [Fact]
    public void Reader_refuses_a_checkpoint_under_the_name_of_another()
    {
        MemoryDisk disk = new();
        Write(disk, sizes: [5]);
        byte[] whole = ReadAll(disk);
        DiskPath other = new("two.checkpoint");
        using (IDiskFile file = disk.Open(other, DiskOpen.CreateNew))
        {
            file.Write(0, whole);
        }

        Assert.NotNull(CheckpointReader.FindDamage(disk, other));
        Assert.Null(CheckpointReader.FindDamage(disk, _path));
    }

    private static void Ignore(in StatePart part, ReadOnlySpan<byte> state)
    {
    }

    private static (StatePart Part, byte[] State)[] Write(MemoryDisk disk, int[] sizes)
    {
        Random random = new(1);
        List<(StatePart, byte[])> parts = [];
        using CheckpointWriter writer = new(disk, _path);
        foreach (int size in sizes)
        {
            byte[] state = new byte[size];
            random.NextBytes(state);
            StatePart part = new(
                StateKind.Queue,
                (uint)parts.Count,
                LogPosition.FromBits((ulong)random.NextInt64()),
                LogPosition.FromBits((ulong)random.NextInt64()));
            writer.Write(part, state);
            parts.Add((part, state));
        }

        writer.Finish();
        return [.. parts];
    }

    private static byte[] ReadAll(MemoryDisk disk)
    {
        using IDiskFile file = disk.Open(_path, DiskOpen.ReadOnly);
        byte[] bytes = new byte[file.Length];
        file.Read(0, bytes);
        return bytes;
    }

    private static void Replace(MemoryDisk disk, ReadOnlySpan<byte> bytes)
    {
        disk.Delete(_path);
        using IDiskFile file = disk.Open(_path, DiskOpen.CreateNew);
        file.Write(0, bytes);
    }
}
