namespace Forewave.Storage;

/// <summary>A page that is to be read.</summary>
public readonly record struct SliceRead
{
    /// <summary>Of which slice.</summary>
    public required SliceNumber Slice { get; init; }

    /// <summary>Which page.</summary>
    public required SlicePage Page { get; init; }

    /// <summary>Where to: <see cref="SlicePage.Bytes"/> of it. The caller's; written until the read has completed.</summary>
    public required Memory<byte> Into { get; init; }
}
