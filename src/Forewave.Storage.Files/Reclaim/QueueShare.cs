namespace Forewave.Storage.Files.Reclaim;

/// <summary>What a segment holds of one queue.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="First">The lowest offset.</param>
/// <param name="End">The offset after the highest.</param>
/// <param name="Bytes">Payload bytes.</param>
internal readonly record struct QueueShare(uint Queue, long First, long End, long Bytes)
{
    /// <summary>Bytes of it that are at or above an offset, as if all messages were of one size.</summary>
    public long LiveBytes(long firstRetained) => firstRetained <= First
        ? Bytes
        : firstRetained >= End ? 0 : (long)(Bytes * ((double)(End - firstRetained) / (End - First)));
}
