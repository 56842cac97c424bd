namespace Forewave.Storage.Files.Segments;

/// <summary>
/// Number of one use of a segment file, from 1. Every record carries it, so that a record of an earlier use of a recycled
/// file is never taken for a new one.
/// </summary>
/// <param name="Value">Never used twice in a folder.</param>
/// <param name="Salt">
/// The folder's own number, drawn when it was made: part of every header's CRC though not of the header. So nobody who does not
/// read the folder can publish a body in which bytes pass for a record, where a torn tail is searched for one.
/// </param>
internal readonly record struct Generation(uint Value, uint Salt)
{
    public Generation Next => Plus(1);

    public Generation Plus(uint count) => new(checked(Value + count), Salt);

    public override string ToString() => $"{Value}";
}
