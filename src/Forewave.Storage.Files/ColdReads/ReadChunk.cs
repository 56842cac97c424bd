namespace Forewave.Storage.Files.ColdReads;

/// <summary>
/// How much to read at a time: large where the runs of a queue lie side by side, small where they are far apart.
/// </summary>
internal struct ReadChunk
{
    private const int MinBytes = 16 * 1024;
    private const int MaxBytes = 1024 * 1024;

    // A distance up to this counts as side by side.
    private const long NearBytes = 128 * 1024;

    /// <param name="distance">Bytes from the first run to the second; negative when it is not known or backwards.</param>
    public ReadChunk(long distance) => Bytes = distance is >= 0 and <= NearBytes ? 256 * 1024 : MinBytes;

    public int Bytes { get; private set; }

    /// <summary>So many bytes of the last chunk were wanted.</summary>
    public void Learn(int wantedBytes)
    {
        int next = wantedBytes >= Bytes / 2 ? Bytes * 2 : wantedBytes < Bytes / 4 ? Bytes / 2 : Bytes;
        Bytes = Math.Clamp(next, MinBytes, MaxBytes);
    }
}
