namespace Forewave.Storage.Files.Disk;

/// <summary>
/// A range of a file: where it starts and how many bytes it has. The default is empty. Its two numbers are set by name,
/// so that they cannot be swapped.
/// </summary>
/// <exception cref="ArgumentOutOfRangeException">A value is negative.</exception>
public readonly record struct ByteRange
{
    private readonly long _offset;
    private readonly long _lengthBytes;

    /// <summary>First byte of the range, from the start of the file.</summary>
    public required long Offset
    {
        get => _offset;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _offset = value;
        }
    }

    /// <summary>How many bytes the range has.</summary>
    public required long LengthBytes
    {
        get => _lengthBytes;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _lengthBytes = value;
        }
    }

    /// <summary>First byte behind the range.</summary>
    /// <exception cref="OverflowException">The range reaches past the largest offset.</exception>
    public long End => checked(_offset + _lengthBytes);
}
