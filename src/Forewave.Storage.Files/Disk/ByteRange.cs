namespace Forewave.Storage.Files.Disk;

/// <summary>A range of a file: where it starts and how many bytes it has. The default is empty.</summary>
public readonly record struct ByteRange
{
    /// <exception cref="ArgumentOutOfRangeException">A value is negative, or the end is past the largest offset.</exception>
    public ByteRange(long offset, long lengthBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(lengthBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lengthBytes, long.MaxValue - offset);
        Offset = offset;
        LengthBytes = lengthBytes;
    }

    /// <summary>First byte of the range, from the start of the file.</summary>
    public long Offset { get; }

    /// <summary>How many bytes the range has.</summary>
    public long LengthBytes { get; }

    /// <summary>First byte behind the range.</summary>
    public long End => Offset + LengthBytes;
}
