using Forewave.Protocol.Frames;

namespace Forewave.Broker.Ingest;

/// <summary>
/// The ordering keys of which a message of one producer was refused, with its sequence: what the producer sent behind it is
/// refused too, until a message of the key comes that replaces this sequence or a later one. Not in the log: after a restart of
/// the broker the client sends all that is unanswered again, in order. Not thread-safe: its producer's lock guards it. Where
/// there is no memory for a key, the keys of its queue that are not known count as one, so that nothing overtakes what could not
/// be remembered: one entry for each queue is taken even then.
/// </summary>
internal sealed class RefusedKeys(SequenceMemory memory)
{
    /// <summary>Keys remembered for one producer.</summary>
    public const int MaxKeys = 65_536;

    /// <summary>What a key takes of the memory, in runs of 16 bytes.</summary>
    private const int RunsPerKey = 4;

    private readonly Dictionary<RefusedKey, ulong> _sequences = [];
    private readonly List<(RefusedKey Key, ulong Sequence)> _lifted = [];

    /// <summary>Messages of some key are refused.</summary>
    public bool Any => _sequences.Count > 0;

    /// <summary>The producer is forgotten: its memory is given back.</summary>
    public void Clear()
    {
        memory.Return(RunsPerKey * _sequences.Count);
        _sequences.Clear();
    }

    /// <summary>
    /// Whether a batch must be refused because a message before one of its own was. If not, what it replaces is forgotten.
    /// </summary>
    public bool Blocks(in PendingBatch batch)
    {
        int place = 0;
        bool blocks = false;
        foreach (var message in new MessageRun(batch.Messages.Span))
        {
            blocks = TryKeyOf(batch, message, out var key) && Blocks(key, batch, place);
            if (blocks)
                break;
            place++;
        }
        foreach (var (key, sequence) in _lifted)
        {
            if (blocks)
                _sequences[key] = sequence;
            else
                memory.Return(RunsPerKey);
        }
        _lifted.Clear();
        return blocks;
    }

    /// <summary>A batch was refused: what comes behind its messages in their keys will be too.</summary>
    public void Note(in PendingBatch batch)
    {
        int place = 0;
        foreach (var message in new MessageRun(batch.Messages.Span))
        {
            if (TryKeyOf(batch, message, out var key))
                Note(key, batch, place);
            place++;
        }
    }

    private void Note(RefusedKey key, in PendingBatch batch, int place)
    {
        ulong sequence = batch.FirstSequence + (ulong)place;
        if (EntryOf(key) is { } entry)
        {
            if (Replaces(batch, _sequences[entry], place))
                _sequences[entry] = sequence;
            return;
        }
        if (_sequences.Count < MaxKeys && memory.TryTake(RunsPerKey))
        {
            _sequences.Add(key, sequence);
            return;
        }
        memory.Take(RunsPerKey);
        _sequences.Add(key.OthersOfQueue, sequence);
    }

    private bool Blocks(RefusedKey key, in PendingBatch batch, int place)
    {
        if (EntryOf(key) is not { } entry)
            return false;
        ulong refused = _sequences[entry];
        if (!Replaces(batch, refused, place))
            return true;
        _sequences.Remove(entry);
        _lifted.Add((entry, refused));
        return false;
    }

    /// <summary>Under what a key is remembered: itself, or what stands for all of its queue that are not.</summary>
    private RefusedKey? EntryOf(RefusedKey key)
    {
        if (_sequences.ContainsKey(key))
            return key;
        return _sequences.ContainsKey(key.OthersOfQueue) ? key.OthersOfQueue : null;
    }

    /// <summary>
    /// The n-th message of a batch replaces the n-th after the sequence that the batch names, and what was refused before that:
    /// the client gave it up.
    /// </summary>
    private static bool Replaces(in PendingBatch batch, ulong refused, int place) =>
        batch.Replaces > 0 && refused <= batch.Replaces + (ulong)place;

    private static bool TryKeyOf(in PendingBatch batch, ReadOnlySpan<byte> message, out RefusedKey key)
    {
        key = new RefusedKey(batch.Queue!.Id, OrderingKeyHash.OfMessage(message));
        return !key.Key.IsNone;
    }
}
