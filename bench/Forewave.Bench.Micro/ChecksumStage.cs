using BenchmarkDotNet.Attributes;
using Forewave.Storage;

namespace Forewave.Bench.Micro;

/// <summary>CRC-32C of a run, computed once when it arrives and once when it is recovered or read cold.</summary>
public class ChecksumStage
{
    private byte[] _bytes = [];

    /// <summary>Bytes of the run.</summary>
    [Params(100, 65_536)]
    public int RunBytes { get; set; }

    /// <summary>Makes the run.</summary>
    [GlobalSetup]
    public void Fill()
    {
        _bytes = new byte[RunBytes];
        new Random(1).NextBytes(_bytes);
    }

    /// <summary>The checksum of the whole run.</summary>
    [Benchmark]
    public uint Crc32C() => Checksum.Of(_bytes);
}
