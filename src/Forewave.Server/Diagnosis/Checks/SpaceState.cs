namespace Forewave.Server.Diagnosis.Checks;

/// <summary>What a file system has left.</summary>
internal sealed record SpaceState
{
    /// <summary>For a user without rights of the system.</summary>
    public required long FreeBytes { get; init; }

    /// <summary>Its size.</summary>
    public required long TotalBytes { get; init; }

    /// <summary>How many files can still be made; the largest number where there is no limit.</summary>
    public long FreeInodes { get; init; } = long.MaxValue;
}
