using System.Runtime.InteropServices;

namespace Forewave.Server.Diagnosis.Checks;

/// <summary>A library of the operating system that some settings need.</summary>
internal sealed record NeededLibrary
{
    /// <summary>For people.</summary>
    public required string Name { get; init; }

    /// <summary>The names of its file, the usual one first.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>What needs it.</summary>
    public required string Needs { get; init; }

    /// <summary>Debian's package.</summary>
    public required string Package { get; init; }

    /// <summary>Whether it can be loaded.</summary>
    public bool IsThere()
    {
        foreach (string file in Files)
        {
            if (NativeLibrary.TryLoad(file, out nint handle))
            {
                NativeLibrary.Free(handle);
                return true;
            }
        }
        return false;
    }
}
