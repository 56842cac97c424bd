namespace Forewave.Storage.Files.GroupCommit;

/// <summary>Consecutive records of a group in one block.</summary>
internal readonly record struct GatherPiece
{
    /// <summary>The block.</summary>
    public required GatherBlock Block { get; init; }

    /// <summary>Where the first of them begins in it.</summary>
    public required int From { get; init; }

    /// <summary>Where the last of them ends.</summary>
    public required int To { get; init; }

    public int Bytes => To - From;
}
