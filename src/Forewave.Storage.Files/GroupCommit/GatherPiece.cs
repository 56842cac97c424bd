namespace Forewave.Storage.Files.GroupCommit;

/// <summary>Consecutive records of a group in one block.</summary>
/// <param name="Block">The block.</param>
/// <param name="From">Where the first of them begins in it.</param>
/// <param name="To">Where the last of them ends.</param>
internal readonly record struct GatherPiece(GatherBlock Block, int From, int To)
{
    public int Bytes => To - From;
}
