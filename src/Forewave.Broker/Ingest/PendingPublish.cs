using Forewave.Broker.Deduplication;
using Forewave.Broker.Observability;
using Forewave.Broker.Quotas;
using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Ingest;

/// <summary>
/// One Publish frame from its reading to its answer. Pooled. Held by the session until every batch is admitted, and by the
/// store while it waits for the commit; whoever lets go last answers and gives it back to the pool. So the session may still
/// note positions while the commit thread has already seen the record.
/// </summary>
internal sealed class PendingPublish : ICommitOwner
{
    private const int FirstBatches = 4;
    private const int MostBatchesKept = 256;
    private const int MostLargeBatchesKept = 4_096;

    private readonly IngestStage _stage;
    private PendingBatch[] _batches = new PendingBatch[FirstBatches];
    private RecordDraft[] _drafts = new RecordDraft[FirstBatches];
    private int _holds;
    private int _places;
    private int _draftsUsed;
    private long _takenAt;
    private volatile bool _lost;

    public PendingPublish(IngestStage stage) => _stage = stage;

    /// <summary>Where the answer goes.</summary>
    public SessionOutput Output { get; private set; } = null!;

    /// <summary>The request's correlation.</summary>
    public ulong Correlation { get; private set; }

    /// <summary>Whose sequences the batches have.</summary>
    public Producer Producer { get; private set; } = null!;

    /// <summary>What its connection may publish.</summary>
    public SessionQuota Quota { get; set; } = null!;

    /// <summary>How many batches there are.</summary>
    public int BatchCount { get; private set; }

    /// <summary>Batches before this one are admitted or refused.</summary>
    public int Admitted { get; set; }

    /// <summary>A batch must not be answered before it is committed.</summary>
    public bool NeedsCommit { get; set; }

    /// <summary>The answer must wait until the log is committed up to here.</summary>
    public LogPosition AwaitedPosition { get; set; }

    /// <summary>The store did not confirm what was appended: its outcome is unknown.</summary>
    public bool IsLost => _lost;

    /// <summary>The batches, to be read and changed in place.</summary>
    public Span<PendingBatch> Batches => _batches.AsSpan(0, BatchCount);

    /// <summary>Room for the drafts that <see cref="ReserveDrafts"/> made room for.</summary>
    public Span<RecordDraft> Drafts => _drafts.AsSpan(0, _draftsUsed);

    /// <summary>The deduplication ids of its messages.</summary>
    public IdClaims Claims { get; } = new();

    /// <summary>What its ids wait for before it can be admitted; Decided: nothing.</summary>
    public ClaimOutcome WaitsFor { get; set; }

    /// <summary>The spans of its messages; null: none.</summary>
    public List<StoreSpan>? Spans { get; set; }

    /// <summary>When the frame was read, in the clock's ticks.</summary>
    public long TakenAt => _takenAt;

    /// <summary>Begins a new frame; the session holds it.</summary>
    public void Begin(SessionOutput output, ulong correlation, Producer producer, long takenAt)
    {
        Output = output;
        Correlation = correlation;
        Producer = producer;
        _takenAt = takenAt;
        _holds = 1;
    }

    /// <summary>Makes room for batches and takes the places in flight that their answer is worth.</summary>
    public void Reserve(int batches)
    {
        if (_batches.Length < batches)
        {
            int capacity = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)batches);
            _batches = new PendingBatch[capacity];
            _drafts = new RecordDraft[capacity];
        }
        // The answer has up to 40 bytes for each batch: a frame of many counts as several requests.
        _places = batches / 64;
        if (_places > 0)
            Output.RequestTaken(_places);
    }

    /// <summary>Makes room for drafts; what was put into it stays.</summary>
    public void ReserveDrafts(int drafts)
    {
        _draftsUsed = Math.Max(_draftsUsed, drafts);
        if (_drafts.Length < drafts)
            Array.Resize(ref _drafts, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)drafts));
    }

    /// <summary>Adds a batch; its fields are those of a new one.</summary>
    public ref PendingBatch Add() => ref _batches[BatchCount++];

    /// <summary>The store waits for the commit too.</summary>
    public void Hold() => Interlocked.Increment(ref _holds);

    /// <summary>The hold was not needed: the session has its own still.</summary>
    public void Unhold() => Interlocked.Decrement(ref _holds);

    /// <summary>Lets go of it. True when the answer was written: a flush is due.</summary>
    public bool Release()
    {
        if (Interlocked.Decrement(ref _holds) != 0)
            return false;
        _stage.Answer(this);
        return true;
    }

    /// <summary>It has room for a frame of many batches: about a quarter of a kilobyte for each.</summary>
    public bool IsLarge => _batches.Length > MostBatchesKept || _drafts.Length > MostBatchesKept;

    /// <summary>Gives back what was taken for a frame; it may be used for another one then.</summary>
    /// <param name="keepsLarge">Whether it may stay <see cref="IsLarge"/>, where it is.</param>
    public void Reset(bool keepsLarge)
    {
        if (_places > 0)
            Output.RequestDone(_places);
        Batches.Clear();
        _drafts.AsSpan(0, _draftsUsed).Clear();
        int most = keepsLarge ? MostLargeBatchesKept : MostBatchesKept;
        if (_batches.Length > most)
            _batches = new PendingBatch[FirstBatches];
        if (_drafts.Length > most)
            _drafts = new RecordDraft[_batches.Length];
        Output = null!;
        Quota = null!;
        Producer = null!;
        BatchCount = 0;
        Admitted = 0;
        NeedsCommit = false;
        AwaitedPosition = LogPosition.None;
        _places = 0;
        _draftsUsed = 0;
        Claims.Clear();
        WaitsFor = ClaimOutcome.Decided;
        Spans = null;
        _lost = false;
    }

    void ICommitOwner.Committed(LogPosition first, long token)
    {
        var output = Output;
        if (Release())
            _stage.FlushAfterGroup(output);
    }

    void ICommitOwner.Lost(StoreException failure, long token)
    {
        _lost = true;
        var output = Output;
        if (Release())
            output.Flush();
    }
}
