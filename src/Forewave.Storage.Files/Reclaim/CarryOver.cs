using System.Collections.Concurrent;
using Forewave.Protocol;
using Forewave.Storage.Files.Checkpoints;
using Forewave.Storage.Files.ColdReads;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.GroupCommit;
using Forewave.Storage.Files.QueueIndex;
using Forewave.Storage.Files.Recovery;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Reclaim;

/// <summary>
/// Writes what is alive in an old segment again at the log's end, under its original positions, and turns the index to it
/// once it is committed.
/// <para>
/// One round at a time. Cancelled or failed in the middle it leaves every run readable: from its old place until the index
/// was turned, from its new one after that.
/// </para>
/// </summary>
internal sealed class CarryOver
{
    private const int EntriesAtATime = 256;
    private const ulong NotHeld = ulong.MaxValue;

    private readonly RecoveryParts _parts;
    private readonly Gather _gather;
    private readonly ColdReaders _readers;
    private readonly Action _appended;
    private readonly ConcurrentQueue<CarriedRun> _committed = new();
    private ulong _heldFrom = NotHeld;

    public CarryOver(RecoveryParts parts, Gather gather, ColdReaders readers, Action appended)
    {
        _parts = parts;
        _gather = gather;
        _readers = readers;
        _appended = appended;
    }

    /// <summary>
    /// Records after this position may be carried ones that the index was not turned to yet; null: there are none. Any thread.
    /// A checkpoint must not cover them: it would drop the summary of their segment, and what they carry would not count there.
    /// </summary>
    public LogPosition? Held => Volatile.Read(ref _heldFrom) is var held && held == NotHeld ? null : LogPosition.FromBits(held);

    /// <summary>Carried records were committed. Called on the commit thread.</summary>
    public void Committed(ReadOnlySpan<CommittedRecord> records)
    {
        foreach (ref readonly CommittedRecord record in records)
        {
            _committed.Enqueue(CarriedRun.Of(record));
        }
    }

    /// <summary>Carries everything that is alive in a segment; returns the bytes written.</summary>
    public async Task<long> CarryAsync(SegmentNumber number, SegmentSummary summary, CancellationToken cancellation)
    {
        long bytes = 0;
        CommitTask? last = null;
        Interlocked.Exchange(ref _heldFrom, _gather.Tail.Bits);
        try
        {
            foreach (QueueShare share in summary.Live(_parts.Indexes))
            {
                Offset next = new(Math.Max(share.First, _parts.Indexes.Extent(share.Queue).FirstRetained.Value));
                while (next.Value < share.End)
                {
                    Offset from = next;
                    CarriedBatch batch = await _readers.ReadAsync(() => ReadLive(number, share, from), cancellation);
                    foreach (RecordDraft draft in batch.Drafts)
                    {
                        last = await AppendAsync(draft, cancellation);
                        bytes += draft.Payload.Length;
                    }

                    next = batch.Next;
                }
            }
        }
        finally
        {
            await TurnIndexAsync(last);
        }

        return bytes;
    }

    private async Task<CommitTask> AppendAsync(RecordDraft draft, CancellationToken cancellation)
    {
        CommitTask committed = new();
        draft = draft with { Owner = committed };
        if (_parts.Indexes.HasWaiting)
        {
            throw Full();
        }

        while (true)
        {
            AppendOutcome outcome = _gather.TryAppend([draft], out _);
            switch (outcome)
            {
                case AppendOutcome.Appended:
                    _appended();
                    return committed;
                case AppendOutcome.NoRoom:
                    _appended();
                    await _gather.WaitForRoomAsync(cancellation);
                    break;
                case AppendOutcome.Stopped:
                    throw _gather.Failure ?? new StoreException(ErrorCode.ShuttingDown, "No live messages were moved: the store is closing.");
                default:
                    throw Full();
            }
        }
    }

    private static StoreException Full() =>
        new(ErrorCode.DiskFull, "The disk is full: live messages of old segments cannot be moved. Free space on it.");

    private async Task TurnIndexAsync(CommitTask? last)
    {
        if (last is not null)
        {
            await last.Task;
        }

        // The runs are handed over before their owners are told.
        TurnCommitted();
        Volatile.Write(ref _heldFrom, NotHeld);
    }

    /// <summary>
    /// Turns the index to what was committed and is not turned yet: by a round that ended in the middle. Before anything is
    /// recycled, or a run could be turned to a segment that is gone.
    /// </summary>
    public void TurnCommitted()
    {
        while (_committed.TryDequeue(out CarriedRun carried))
        {
            _parts.Log.Relocate(carried, null);
        }
    }

    // The records of a queue that the index still finds in the segment, from an offset on.
    private CarriedBatch ReadLive(SegmentNumber number, QueueShare share, Offset from)
    {
        IndexEntry[] entries = new IndexEntry[EntriesAtATime];
        int count = _parts.Indexes.FindRange(share.Queue, from, entries);
        List<RecordDraft> drafts = [];
        foreach (IndexEntry entry in entries.AsSpan(0, count))
        {
            if (entry.First.Value < share.End && new LogPlace(entry.Location).Segment == number && Read(share.Queue, entry) is { } draft)
            {
                drafts.Add(draft);
            }
        }

        return new CarriedBatch(drafts, count == 0 ? new Offset(share.End) : new Offset(entries[count - 1].End));
    }

    // Null: the record rotted, or the disk cannot read it; there is nothing to carry.
    private RecordDraft? Read(uint queue, in IndexEntry entry)
    {
        try
        {
            return ReadWhole(queue, entry);
        }
        catch (DiskException failure) when (failure.Errno == Errno.InputOutput || failure.Kind == DiskErrorKind.NotFound)
        {
            return null;
        }
    }

    private RecordDraft? ReadWhole(uint queue, in IndexEntry entry)
    {
        LogPlace place = new(entry.Location);
        if (!_parts.Segments.TryRead(place, out SegmentReader reader))
        {
            return null;
        }

        using (reader)
        {
            byte[] header = new byte[RecordCodec.HeaderBytes];
            if (reader.File.Read(place.Byte, header) < header.Length || !RecordCodec.TryRead(header, reader.Generation, out StoredHeader stored))
            {
                return null;
            }

            byte[] payload = new byte[stored.PayloadBytes];
            bool isWhole = reader.File.Read(place.Byte + RecordCodec.HeaderBytes, payload) == payload.Length && Checksum.Of(payload) == stored.PayloadCrc;
            return isWhole ? DraftOf(queue, entry, stored, stored.Header.Type == RecordType.CarriedOver ? payload : [.. header, .. payload]) : null;
        }
    }

    private static RecordDraft DraftOf(uint queue, in IndexEntry entry, in StoredHeader stored, byte[] payload) => new()
    {
        Type = RecordType.CarriedOver,
        Count = 1,
        Queue = queue,
        Source = stored.Header.Source,
        Sequence = (ulong)entry.First.Value,
        Extra = (ulong)entry.Count,
        Payload = payload,
        PayloadCrc = Checksum.Of(payload),
    };
}
