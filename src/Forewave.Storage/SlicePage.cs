namespace Forewave.Storage;

/// <summary>The place of a page in its slice.</summary>
/// <param name="Value">From 0.</param>
public readonly record struct SlicePage(int Value)
{
    /// <summary>Bytes of a page.</summary>
    public const int Bytes = 4096;
}
