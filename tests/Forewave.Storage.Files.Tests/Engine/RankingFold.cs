using Forewave.Protocol;

namespace Forewave.Storage.Files.Tests.Engine;

/// <summary>Gives offsets by rank from where its own state ends, as the engine does, whatever the index says.</summary>
internal sealed class RankingFold(IStore store) : IStateFold
{
    /// <summary>Next offset by queue, as the checkpoint's parts had it; what is not here begins at 1.</summary>
    public Dictionary<uint, long> Ends { get; } = [];

    public void Load(in StatePart part, ReadOnlySpan<byte> state)
    {
        // The ends were given.
    }

    public void Loaded()
    {
        // Nothing to do.
    }

    public void Apply(in CommittedRecord record, ReadOnlySpan<byte> payload)
    {
        uint queue = record.Header.Queue;
        if (record.Header.Type != RecordType.Published || !Ends.TryGetValue(queue, out long end) || record.PayloadBytes == 0)
        {
            return;
        }

        // What its state has is at the replay's beginning: one message of each queue here.
        if (Skipped.Add(queue))
        {
            return;
        }

        store.Dispatch(queue, new Offset(end), record);
        Ends[queue] = end + record.Header.Count;
    }

    public void Damaged(LogPosition first, LogPosition last)
    {
        // Nothing rots here.
    }

    private HashSet<uint> Skipped { get; } = [];
}
