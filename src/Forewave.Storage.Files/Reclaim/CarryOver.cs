using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Forewave.Protocol;
using Forewave.Storage.Commits;
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
/// One round at a time, in batches of which each is committed before the next is read, so that it never fills the memory of
/// what waits to be written. Cancelled or failed in the middle it leaves every run readable: from its old place until the index
/// was turned, from its new one after that.
/// </para>
/// </summary>
internal sealed class CarryOver
{
    private const int EntriesAtATime = 256;
    private const int MaxBatchBytes = 1024 * 1024;
    private const ulong NotHeld = ulong.MaxValue;

    private readonly RecoveryParts _parts;
    private readonly Gather _gather;
    private readonly ColdReaders _readers;
    private readonly Action _appended;
    private readonly CarryPace _pace;
    private readonly int _batchBytes;
    private readonly ConcurrentQueue<CarriedRun> _committed = new();
    private ulong _heldFrom = NotHeld;

    // Of what is appended and not committed yet; by queue and first offset.
    private readonly ConcurrentDictionary<(uint Queue, ulong First), CarriedPlace> _originals = new();

    public CarryOver(RecoveryParts parts, Gather gather, ColdReaders readers, Action appended, CarryPace pace, int segmentBytes)
    {
        _pace = pace;
        _batchBytes = Math.Min(MaxBatchBytes, segmentBytes / 4);
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
            RecordHeader header = record.Header;
            _committed.Enqueue(CarriedRun.Of(record, _originals.TryRemove((header.Queue, header.Sequence), out CarriedPlace original) ? original : default));
        }
    }

    /// <summary>Carries everything that is alive in a segment; returns the bytes written.</summary>
    public async Task<long> CarryAsync(SegmentNumber number, SegmentSummary summary, CancellationToken cancellation)
    {
        long bytes = 0;
        _pace.Begin();
        foreach (QueueShare share in summary.Live(_parts.Indexes))
        {
            Offset next = new(Math.Max(share.First, _parts.Indexes.Extent(share.Queue).FirstRetained.Value));
            while (next.Value < share.End)
            {
                Offset from = next;
                CarriedBatch batch = await _readers.ReadAsync(() => ReadLive(number, share, from), cancellation);
                bytes += await CarryAsync(batch, cancellation);
                await _pace.PauseAsync(cancellation);
                next = batch.Next;
            }
        }

        return bytes;
    }

    private async Task<long> CarryAsync(CarriedBatch batch, CancellationToken cancellation)
    {
        long bytes = 0;
        CommitTask? last = null;
        Interlocked.Exchange(ref _heldFrom, _gather.Tail.Bits);
        try
        {
            foreach (RecordDraft draft in batch.Drafts)
            {
                last = await AppendAsync(draft, cancellation);
                _pace.Appended(draft.Payload.Length);
                bytes += draft.Payload.Length;
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

        _originals[(draft.Queue, draft.Sequence)] = CarriedPlace.Of(RecordCodec.ReadFields(draft.Payload.Span).Header);
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
        List<CarriedRun> runs = [];
        while (_committed.TryDequeue(out CarriedRun carried))
        {
            // Together as far as they follow each other: a block of the index is written once for all of them.
            if (runs.Count > 0 && (runs[^1].Queue != carried.Queue || runs[^1].Run.First >= carried.Run.First))
            {
                _parts.Log.Relocate(CollectionsMarshal.AsSpan(runs), null);
                runs.Clear();
            }

            runs.Add(carried);
        }

        if (runs.Count > 0)
        {
            _parts.Log.Relocate(CollectionsMarshal.AsSpan(runs), null);
        }
    }

    // The records of a queue that the index still finds in the segment, from an offset on.
    private CarriedBatch ReadLive(SegmentNumber number, QueueShare share, Offset from)
    {
        IndexEntry[] entries = new IndexEntry[EntriesAtATime];
        int count = _parts.Indexes.FindRange(share.Queue, from, entries, new Offset(share.End));
        List<RecordDraft> drafts = [];
        long bytes = 0;
        foreach (IndexEntry entry in entries.AsSpan(0, count))
        {
            if (bytes >= _batchBytes)
            {
                return new CarriedBatch(drafts, entry.First);
            }

            if (entry.First.Value < share.End && new LogPlace(entry.Location).Segment == number && Read(share.Queue, entry) is { } draft)
            {
                drafts.Add(draft);
                bytes += draft.Payload.Length;
            }
        }

        return new CarriedBatch(drafts, count == 0 ? NextLive(share, from) : new Offset(entries[count - 1].End));
    }

    // The index has nothing at an offset: it was expired since it was asked for, and what is alive begins further on.
    private Offset NextLive(QueueShare share, Offset from) =>
        _parts.Indexes.Extent(share.Queue).FirstRetained is var retained && retained > from ? retained : new Offset(share.End);

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
