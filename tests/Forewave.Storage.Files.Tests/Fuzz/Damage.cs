namespace Forewave.Storage.Files.Tests.Fuzz;

/// <summary>What was done to one file.</summary>
/// <param name="What">In words, for a failing test.</param>
/// <param name="Path">The file.</param>
/// <param name="From">The first byte that may be another one now; 0 where the file is not the same any more.</param>
/// <param name="IsInPlace">Bytes changed or were cut off; false: the file is gone, new or another one.</param>
internal sealed record Damage(string What, string Path, long From, bool IsInPlace)
{
    public bool IsOfSegment => Path.StartsWith("segments/", StringComparison.Ordinal);

    public override string ToString() => $"{What} {Path} from byte {From}";
}
