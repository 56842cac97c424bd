using System.Collections.Concurrent;
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
    private readonly ConcurrentQueue<PendingPublish> _pool = new();
    private readonly PublishAdmission _admission;
    private readonly FlushList _flushes;
    private readonly BrokerMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly PublishTerms _terms;

    public IngestStage(
        IStore store, PartitionHealth health, FlushList flushes, BrokerMetrics metrics, PublishTerms terms)
    {
        _admission = new PublishAdmission(store, health);
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
        publish = _pool.TryDequeue(out var pooled) ? pooled : new PendingPublish(this);
        publish.Begin(session.Output, header.Correlation.Value, producer, _time.GetTimestamp());
        publish.Reserve(reader.BatchCount);
        while (reader.MoveNext(out var view))
            PublishBatchCheck.Fill(ref publish.Add(), view, session, frame, _terms);
        problem = reader.Problem;
        if (problem.IsNone)
            return true;
        GiveBack(publish);
        return false;
    }

    /// <summary>Admits what was read. False: wait until the store has room, then again.</summary>
    public bool TryAdmit(PendingPublish publish) => _admission.TryAdmit(publish);

    /// <summary>A publish was let go by session and store: writes its answer, and takes it back.</summary>
    public void Answer(PendingPublish publish)
    {
        PublishAnswer.Write(publish);
        _metrics.PublishAnswered(publish, _time);
        GiveBack(publish);
    }

    /// <summary>On the commit thread: the output is flushed once, after the whole group was answered.</summary>
    public void FlushAfterGroup(SessionOutput output) => _flushes.Add(output);

    private void GiveBack(PendingPublish publish)
    {
        publish.Reset();
        if (_pool.Count < MostPooled)
            _pool.Enqueue(publish);
    }
}
