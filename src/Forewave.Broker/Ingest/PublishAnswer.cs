using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Broker.Ingest;

/// <summary>The receipts of a frame, in the order of its batches.</summary>
internal static class PublishAnswer
{
    [ThreadStatic]
    private static PublishedEntry[]? _scratch;

    /// <summary>Writes the answer of a publish of which every batch is decided.</summary>
    /// <param name="publish">The publish.</param>
    /// <param name="committed">What is true of what the store has committed.</param>
    public static void Write(PendingPublish publish, Durability committed)
    {
        var batches = publish.Batches;
        var entries = _scratch;
        if (entries is null || entries.Length < batches.Length)
            _scratch = entries = new PublishedEntry[Math.Max(64, batches.Length)];
        for (int i = 0; i < batches.Length; i++)
            entries[i] = EntryOf(batches[i], publish, committed);
        publish.Output.WriteReceipts(new CorrelationId(publish.Correlation), entries.AsSpan(0, batches.Length));
        // Errors and positions must not be kept alive by a thread's scratch, nor many entries by one large frame.
        if (batches.Length > 4_096)
            _scratch = null;
        else
            entries.AsSpan(0, batches.Length).Clear();
    }

    private static PublishedEntry EntryOf(in PendingBatch batch, PendingPublish publish, Durability committed)
    {
        if (publish.IsLost && (batch.Error == ErrorCode.None || batch.Positions is not null))
            return PublishedEntry.Refused(ErrorFrame.Of(ErrorCode.StoreUnavailable));
        var durability = publish.NeedsCommit ? committed : Durability.Memory;
        if (batch.Positions is not null && batch.Error != ErrorCode.None)
            return PublishedEntry.PartlyRefused(batch.Positions, durability, ErrorFrame.Of(batch.Error, ServerFrames.Sentence(batch.Detail), batch.RetryAfter > TimeSpan.Zero ? batch.RetryAfter : null));
        if (batch.Repeated is not null)
            return PublishedEntry.StoredInPart(batch.Positions, durability, batch.Repeated);
        if (batch.Positions is not null)
            return PublishedEntry.StoredBefore(batch.Positions, durability);
        if (batch.Error != ErrorCode.None)
            return PublishedEntry.Refused(ErrorFrame.Of(batch.Error, ServerFrames.Sentence(batch.Detail), batch.RetryAfter > TimeSpan.Zero ? batch.RetryAfter : null));
        return batch.IsDuplicate
            ? PublishedEntry.StoredBefore(batch.First, durability)
            : PublishedEntry.Stored(batch.First, durability);
    }
}
