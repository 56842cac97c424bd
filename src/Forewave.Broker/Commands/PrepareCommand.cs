using Forewave.Broker.Deduplication;
using Forewave.Broker.Ingest;
using Forewave.Broker.Sessions;
using Forewave.Broker.Transactions;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Broker.Commands;

/// <summary>Prepare: read and checked completely, added to its transaction, answered when it is committed to the log. All of it or none.</summary>
internal static class PrepareCommand
{
    public static async ValueTask RunAsync(Session session, ReadOnlyMemory<byte> frame, ClientFrameHeader header, CancellationToken cancellation)
    {
        if (!TryRead(session, frame, header, out var request, out var problem))
        {
            await CommandDispatch.Refuse(session, header, problem);
            return;
        }
        await session.Parts.Transactions.PrepareAsync(request, cancellation);
    }

    private static bool TryRead(
        Session session, ReadOnlyMemory<byte> frame, in ClientFrameHeader header, out PrepareRequest request, out FrameProblem problem)
    {
        request = null!;
        var span = frame.Span;
        if (!PrepareReader.TryRead(span, header.Payload, out var prepare, out problem) || !PublishReader.TryOpen(span, prepare.Publish, out var reader, out problem))
            return false;
        if (session.FindProducer(reader.ProducerHandle) is not { } producer)
        {
            problem = new FrameProblem(ErrorCode.UnknownHandle, "the producer's handle is not open on this connection");
            return false;
        }
        var batches = new PendingBatch[reader.BatchCount];
        for (int i = 0; reader.MoveNext(out var view); i++)
            PublishBatchCheck.Fill(ref batches[i], view, session, frame, session.Parts.PublishTerms);
        problem = reader.Problem.IsNone ? ProblemOf(batches) : reader.Problem;
        request = new PrepareRequest
        {
            Producer = producer,
            Transaction = prepare.Transaction,
            Batches = batches,
            Claims = problem.IsNone ? session.Parts.Transactions.Ids.Collect(batches) : new IdClaims(),
            Quota = session.Quota,
            MayPublish = TransactionCommands.MayPublish(session),
            Answer = new PrepareAnswer(session.Output, header.Correlation.Value, session.Parts.Flushes, session.Parts.Store),
        };
        return problem.IsNone;
    }

    private static FrameProblem ProblemOf(PendingBatch[] batches)
    {
        ulong next = batches[0].FirstSequence;
        foreach (ref readonly var batch in batches.AsSpan())
        {
            if (batch.Error == ErrorCode.NotOwner)
                return new FrameProblem(ErrorCode.TransactionSpansPartitions, batch.Detail);
            if (batch.Error != ErrorCode.None)
                return new FrameProblem(batch.Error, batch.Detail);
            if (batch.Replaces != 0 || batch.FirstSequence != next)
                return FrameProblem.Field("the batches of a Prepare do not number their messages without gaps, or one replaces another");
            next += (ulong)batch.Count;
        }
        return next - 1 > Limits.TransactionMessages
            ? new FrameProblem(ErrorCode.TransactionTooLarge, $"a transaction has {Limits.TransactionMessages} messages at most")
            : FrameProblem.None;
    }
}
