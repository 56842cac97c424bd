using System.Buffers;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Client.Producing;

/// <summary>
/// Messages of one queue that go together. The first bytes of its buffer stay free, so that the heads of a frame can be
/// written in front of the messages and the whole be sent without another copy. Guarded by its producer's lock while it
/// gathers; after that it changes no more.
/// </summary>
internal sealed class Batch
{
    /// <summary>Room in front of the messages; the heads of a frame with one batch take at most 64 bytes.</summary>
    public const int HeadRoomBytes = 64;

    private const int FirstBufferBytes = 2048;
    private const int FirstEntries = 4;
    private byte[] _bytes = [];

    // The one entry of a batch with one message is in the batch itself; the array has it too as soon as there are two.
    private CompletionEntry _first;
    private CompletionEntry[] _entries = [];
    private int _end = HeadRoomBytes;

    public QueueBuffer Queue { get; private set; } = null!;

    /// <summary>Timestamp of the first message.</summary>
    public long Begun { get; set; }

    public int Count { get; private set; }

    /// <summary>Sequence of the first message; none until the batch is sealed.</summary>
    public Sequence FirstSequence { get; set; }

    /// <summary>Where it was refused before: the sequence that its first message had then. Else none.</summary>
    public Sequence Replaces { get; set; }

    /// <summary>A message of it has an ordering key.</summary>
    public bool HasKeys { get; private set; }

    /// <summary>A message of it has a deduplication id.</summary>
    public bool HasIds { get; private set; }

    /// <summary>It may go to any partition.</summary>
    public bool IsUnrouted => !HasKeys && !HasIds;

    /// <summary>Its queue was paced when it was sent, and it is not answered; else null.</summary>
    public QueuePace? PacedBy { get; set; }

    /// <summary>How often the broker has refused it.</summary>
    public int Refusals { get; set; }

    /// <summary>Why the last time; null: it was not.</summary>
    public ForewaveException? Refusal { get; set; }

    /// <summary>Its publishers have been told that the outcome is unknown; it is still sent, for its sequences must not be missing.</summary>
    public bool IsAbandoned { get; set; }

    public int MessagesBytes => _end - HeadRoomBytes;

    public ReadOnlySpan<byte> Messages => _bytes.AsSpan(HeadRoomBytes, MessagesBytes);

    public ReadOnlySpan<CompletionEntry> Entries => Count == 1 ? new ReadOnlySpan<CompletionEntry>(ref _first) : _entries.AsSpan(0, Count);

    /// <summary>Begins it for a queue; it is empty.</summary>
    public void Begin(QueueBuffer queue, long now)
    {
        Queue = queue;
        Begun = now;
        if (_bytes.Length == 0)
        {
            _bytes = ArrayPool<byte>.Shared.Rent(FirstBufferBytes);
        }
    }

    public void Add(in MessageFields message, int encodedBytes, in CompletionEntry entry)
    {
        int size = MessageWriter.SizeInRun(encodedBytes);
        if (_bytes.Length - _end < size)
        {
            GrowBytes(_end + size);
        }

        HasKeys |= !string.IsNullOrEmpty(message.OrderingKey);
        HasIds |= !string.IsNullOrEmpty(message.DeduplicationId);
        Add(entry);
        _end += MessageWriter.Write(_bytes.AsSpan(_end), message, encodedBytes);
    }

    /// <summary>Takes a message over from another batch, as it stands there.</summary>
    /// <param name="inRun">Its bytes with their tag and length.</param>
    /// <param name="has">Whether it has an ordering key, a deduplication id.</param>
    /// <param name="entry">Who hears of it.</param>
    public void Add(ReadOnlySpan<byte> inRun, (bool Key, bool Id) has, in CompletionEntry entry)
    {
        if (_bytes.Length - _end < inRun.Length)
        {
            GrowBytes(_end + inRun.Length);
        }

        (HasKeys, HasIds) = (HasKeys | has.Key, HasIds | has.Id);
        Add(entry);
        inRun.CopyTo(_bytes.AsSpan(_end));
        _end += inRun.Length;
    }

    /// <summary>The same messages for the same publishers, once more: to be sent elsewhere.</summary>
    public Batch Copy()
    {
        Batch copy = new() { Begun = Begun, _bytes = ArrayPool<byte>.Shared.Rent(_end), _end = _end, HasKeys = HasKeys, HasIds = HasIds };
        _bytes.AsSpan(0, _end).CopyTo(copy._bytes);
        foreach (CompletionEntry entry in Entries)
        {
            copy.Add(entry);
        }

        return copy;
    }

    /// <summary>
    /// Its messages for the same publishers in two batches, in their order; there are two messages at least. Nobody uses this one any more; its buffers
    /// are left to the garbage collector.
    /// </summary>
    public (Batch First, Batch Second) Halves()
    {
        Batch first = EmptyHalf();
        Batch second = EmptyHalf();
        MessageRun run = new(Messages);
        for (int i = 0, begin = 0; run.MoveNext(); i++, begin = run.Position)
        {
            bool hasId = !MessageReader.ReadDeduplicationId(run.Current).IsEmpty;
            (i < Count / 2 ? first : second).Add(Messages[begin..run.Position], (HasKeys, hasId), Entries[i]);
        }

        return (first, second);
    }

    /// <summary>It is another queue's: of the same name, at another partition, where it was never sent.</summary>
    public void MoveTo(QueueBuffer queue) => (Queue, FirstSequence, Replaces, IsAbandoned) = (queue, default, default, false);

    /// <summary>Bytes of a frame that carries this batch alone, heads in front of the messages.</summary>
    public ReadOnlyMemory<byte> FrameOfItsOwn(CorrelationId correlation, uint producer)
    {
        PublishBatchHeader header = Header;
        int batchHead = PublishFrameWriter.BatchHeadSize(header, MessagesBytes);
        int batchBytes = batchHead + MessagesBytes;
        int frameHead = PublishFrameWriter.FrameHeadSize(correlation, producer, batchBytes);
        int start = HeadRoomBytes - batchHead - frameHead;
        PublishFrameWriter.WriteFrameHead(_bytes.AsSpan(start), correlation, producer, batchBytes);
        PublishFrameWriter.WriteBatchHead(_bytes.AsSpan(start + frameHead), header, MessagesBytes);
        return _bytes.AsMemory(start, _end - start);
    }

    /// <summary>Head of this batch in a frame.</summary>
    public PublishBatchHeader Header => new() { QueueHandle = Queue.Handle, FirstSequence = FirstSequence, ReplacesSequence = Replaces };

    /// <summary>Makes it empty: nobody looks at it any more. Keeps small buffers if it is to be used again, gives others back.</summary>
    /// <returns>Whether it is worth using again.</returns>
    public bool Recycle(bool keep)
    {
        keep &= _bytes.Length <= 2 * FirstBufferBytes && _entries.Length <= FirstBufferBytes / 16;
        if (!keep)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            ReturnEntries();
            _bytes = [];
        }
        else if (Count > 1)
        {
            _entries.AsSpan(0, Count).Clear();
        }

        _first = default;

        (_end, Count, Refusals, IsAbandoned, FirstSequence, Queue) = (HeadRoomBytes, 0, 0, false, default, null!);
        (Replaces, HasKeys, HasIds, Refusal, PacedBy) = (default, false, false, null, null);
        return keep;
    }

    private Batch EmptyHalf() => new() { Queue = Queue, Begun = Begun, Refusals = Refusals, Refusal = Refusal, _bytes = ArrayPool<byte>.Shared.Rent(FirstBufferBytes) };

    private void Add(in CompletionEntry entry)
    {
        if (Count == 0)
        {
            _first = entry;
        }
        else
        {
            if (Count >= _entries.Length)
            {
                GrowEntries();
            }

            if (Count == 1)
            {
                _entries[0] = _first;
            }

            _entries[Count] = entry;
        }

        Count++;
    }

    private void GrowEntries()
    {
        CompletionEntry[] larger = ArrayPool<CompletionEntry>.Shared.Rent(Math.Max(FirstEntries, _entries.Length * 2));
        Entries.CopyTo(larger);
        ReturnEntries();
        _entries = larger;
    }

    private void ReturnEntries()
    {
        if (_entries.Length > 0)
        {
            ArrayPool<CompletionEntry>.Shared.Return(_entries, clearArray: true);
            _entries = [];
        }
    }

    private void GrowBytes(int needed)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, _bytes.Length * 2));
        _bytes.AsSpan(0, _end).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
