using Forewave.Storage.Files.QueueIndex;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.ColdReads;

/// <summary>
/// How far one read of the disk goes: over the runs of a queue that lie side by side, to the place where one begins that is not
/// wanted; over a single run where they lie apart, as one of its size is likely to. For one caller.
/// </summary>
internal struct ReadReach
{
    // Before a record was seen: most likely it is no larger than a page, and what lies this near is read with it.
    private const int FirstGuessBytes = 4 * 1024;
    private const int FirstNearBytes = 64 * 1024;

    // What is between two records is read in vain: at most about as much as the records, or what a read of its own would cost.
    private const int CheapBytes = 16 * 1024;

    private int _recordBytes;

    /// <summary>Bytes to be read from the first run on, at least a header; about <paramref name="mostBytes"/> at most.</summary>
    public readonly int Of(ReadOnlySpan<IndexEntry> entries, int mostBytes)
    {
        int guess = _recordBytes == 0 ? FirstGuessBytes : _recordBytes;
        long near = _recordBytes == 0 ? FirstNearBytes : (2L * _recordBytes) + CheapBytes;
        LogPlace start = new(entries[0].Location);
        int end = 0;
        for (int i = 1; i < entries.Length; i++)
        {
            LogPlace next = new(entries[i].Location);
            int distance = next.Byte - start.Byte;
            if (next.Segment != start.Segment || distance - end > near || distance <= end)
            {
                break;
            }

            if (distance > mostBytes)
            {
                // The one before is not read in part.
                return end == 0 ? guess : end;
            }

            end = distance;
        }

        return end + guess;
    }

    /// <summary>A record of so many bytes was read.</summary>
    public void Learn(int recordBytes) => _recordBytes = recordBytes;
}
