namespace Forewave.Storage.Files.Segments;

/// <summary>
/// Number of one use of a segment file, from 1. Every record carries it, so that a record of an earlier use of a recycled
/// file is never taken for a new one.
/// </summary>
/// <param name="Value">Never used twice in a folder.</param>
/// <param name="Salt">The folder's.</param>
internal readonly record struct Generation(uint Value, FolderSalt Salt)
{
    public Generation Next => Plus(1);

    public Generation Plus(uint count) => new(checked(Value + count), Salt);

    public override string ToString() => $"{Value}";
}
