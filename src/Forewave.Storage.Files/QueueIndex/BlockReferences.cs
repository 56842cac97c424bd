namespace Forewave.Storage.Files.QueueIndex;

/// <summary>Searching in lists of blocks that are ordered by their first offset.</summary>
internal static class BlockReferences
{
    /// <summary>Place of the last block that begins at or before an offset; -1 when all begin after it.</summary>
    public static int FindLast(this List<BlockReference> blocks, long offset)
    {
        int low = -1;
        int high = blocks.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) >> 1;
            (low, high) = blocks[middle].FirstOffset <= offset ? (middle, high) : (low, middle - 1);
        }

        return low;
    }
}
