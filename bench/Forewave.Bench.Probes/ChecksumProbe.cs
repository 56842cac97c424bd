using System.Buffers.Binary;
using System.Numerics;
using Forewave.Bench.Probes.Disk;
using Forewave.Bench.Probes.Measurement;

namespace Forewave.Bench.Probes;

/// <summary>CRC-32C on one core, 8 bytes an instruction, over 64 KiB that the cache holds.</summary>
internal sealed class ChecksumProbe : IProbe
{
    private const int BlockBytes = 64 << 10;
    private const int BlocksBetweenLooks = 64;

    private readonly Memory<byte> _block = AlignedBlock.Create(BlockBytes);

    public string Name => "crc-32c";

    public Task<IReadOnlyList<Figure>> RunAsync(TimeSpan length, CancellationToken cancellation)
    {
        long bytes = 0;
        var checksum = uint.MaxValue;
        var round = Moment.Now;
        while (round.Elapsed < length && !cancellation.IsCancellationRequested)
        {
            for (var block = 0; block < BlocksBetweenLooks; block++)
            {
                checksum = Extend(checksum, _block.Span);
                bytes += BlockBytes;
            }
        }

        var perSecond = bytes / round.Elapsed.TotalSeconds;
        GC.KeepAlive(checksum);
        return Task.FromResult<IReadOnlyList<Figure>>([new(FigureName.MegabytesPerSecond, perSecond / 1e6)]);
    }

    private static uint Extend(uint checksum, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            checksum = BitOperations.Crc32C(checksum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        return checksum;
    }
}
