namespace Forewave.Storage.Files.Segments;

/// <summary>
/// Number of one use of a segment file, from 1. Every record carries it, so that a record of an earlier use of a recycled
/// file is never taken for a new one.
/// </summary>
/// <param name="Value">Never used twice in a folder.</param>
internal readonly record struct Generation(uint Value)
{
    public Generation Next => new(checked(Value + 1));

    public override string ToString() => $"{Value}";
}
