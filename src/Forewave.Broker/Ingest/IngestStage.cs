using System.Collections.Concurrent;
using Forewave.Broker.Deduplication;
using Forewave.Broker.Observability;
using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage;

namespace Forewave.Broker.Ingest;

/// <summary>
/// From a Publish frame to records in the log, and from their commit to the answer. Sessions call it from their read loops,
/// the store from its commit thread; nothing here waits or allocates in steady state.
/// </summary>
internal sealed class IngestStage
{
    private const int MostPooled = 4_096;

    // At most 16 MiB stay with those that had frames of many batches.
    private const int MostLarge = 16;
    private readonly ConcurrentQueue<PendingPublish> _pool = new();
    private readonly IdAdmission _ids;
    private readonly PublishAdmission _admission;
    private readonly IStore _store;
    private readonly FlushList _flushes;
    private readonly BrokerMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly PublishTerms _terms;
    private int _large;

    public IngestStage(
        IStore store, PartitionHealth health, DeduplicationStage ids, FlushList flushes, BrokerMetrics metrics, PublishTerms terms)
    {
        _ids = new IdAdmission(ids);
        _admission = new PublishAdmission(store, health, _ids) { Gate = terms.Gate };
        _store = store;
        _flushes = flushes;
        _metrics = metrics;
        _terms = terms;
        _time = terms.Time;
    }

    /// <summary>
    /// Reads a Publish completely. False when the frame as a whole is refused: then nothing is to be admitted and
    /// <paramref name="problem"/> says why.
    /// </summary>
    /// <param name="session">Whose handles the frame uses.</param>
    /// <param name="frame">The frame; it must stay until the publish is admitted.</param>
    /// <param name="header">Its outermost level.</param>
    /// <param name="publish">Held by the caller, who admits it and lets go.</param>
    /// <param name="problem">Why not.</param>
    public bool TryRead(
        IPublishingSession session, ReadOnlyMemory<byte> frame, in ClientFrameHeader header, out PendingPublish publish,
        out FrameProblem problem)
    {
        publish = null!;
        var span = frame.Span;
        if (!PublishReader.TryOpen(span, header.Payload, out var reader, out problem))
            return false;
        if (session.FindProducer(reader.ProducerHandle) is not { } producer)
        {
            problem = new FrameProblem(ErrorCode.UnknownHandle, "the producer's handle is not open on this connection");
            return false;
        }
        publish = Rent();
        publish.Begin(session.Output, header.Correlation.Value, producer, _time.GetTimestamp());
        publish.Quota = session.Quota;
        publish.Reserve(reader.BatchCount);
        while (reader.MoveNext(out var view))
            Fill(publish, view, session, frame);
        problem = reader.Problem;
        if (problem.IsNone)
        {
            _ids.Probe(publish);
            publish.Spans = StoreSpans.Begin(publish);
            return true;
        }
        GiveBack(publish);
        return false;
    }

    /// <summary>Admits what was read. False: <see cref="WaitAsync"/>, then again.</summary>
    public bool TryAdmit(PendingPublish publish) => publish.WaitsFor == ClaimOutcome.Decided && _admission.TryAdmit(publish);

    /// <summary>Waits for what a publish needs to be admitted: room in the store, or what is known of its deduplication ids.</summary>
    public ValueTask WaitAsync(PendingPublish publish, CancellationToken cancellation) =>
        publish.WaitsFor == ClaimOutcome.Decided ? _store.WaitForRoomAsync(cancellation) : _ids.WaitAsync(publish, cancellation);

    /// <summary>A publish was let go by session and store: writes its answer, and takes it back.</summary>
    public void Answer(PendingPublish publish)
    {
        PublishAnswer.Write(publish, _store.CommitDurability);
        _metrics.PublishAnswered(publish, _time);
        StoreSpans.End(publish, _store.Partition);
        GiveBack(publish);
    }

    /// <summary>On the commit thread: the output is flushed once, after the whole group was answered.</summary>
    public void FlushAfterGroup(SessionOutput output) => _flushes.Add(output);

    private void Fill(PendingPublish publish, in PublishBatchView view, IPublishingSession session, ReadOnlyMemory<byte> frame)
    {
        ref var batch = ref publish.Add();
        PublishBatchCheck.Fill(ref batch, view, session, frame, _terms);
        if (batch.HasIds && batch.Error == ErrorCode.None)
            _ids.Collect(ref batch, publish.Claims);
    }

    private PendingPublish Rent()
    {
        if (!_pool.TryDequeue(out var pooled))
            return new PendingPublish(this);
        if (pooled.IsLarge)
            Interlocked.Decrement(ref _large);
        return pooled;
    }

    private void GiveBack(PendingPublish publish)
    {
        if (_pool.Count >= MostPooled)
        {
            publish.Reset(keepsLarge: false);
            return;
        }
        bool keepsLarge = publish.IsLarge && Interlocked.Increment(ref _large) <= MostLarge;
        bool wasLarge = publish.IsLarge;
        publish.Reset(keepsLarge);
        if (wasLarge && !publish.IsLarge)
            Interlocked.Decrement(ref _large);
        _pool.Enqueue(publish);
    }
}
