using System.Text;
using Forewave.Broker.Ingest;
using Forewave.Broker.Sessions;
using Forewave.Broker.Transactions;
using Forewave.Protocol;
using Forewave.Protocol.Access;
using Forewave.Protocol.Frames;
using Forewave.Storage;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Commands;

/// <summary>BeginTransaction and Decide.</summary>
internal static class TransactionCommands
{
    /// <summary>BeginTransaction: answered when it is in the log; no sync is waited for.</summary>
    public static async ValueTask BeginAsync(Session session, ReadOnlyMemory<byte> frame, ClientFrameHeader header, CancellationToken cancellation)
    {
        if (!GeneratedFrame.TryParse(V1.BeginTransaction.Parser, header.Payload.Of(frame.Span), out var begin, out var problem))
        {
            await CommandDispatch.Refuse(session, header, problem);
            return;
        }
        if (!session.Parts.Options.Transactions)
            throw new RefusedException(ErrorCode.CapabilityMissing, "transactions are switched off.");
        var producer = ProducerOf(session, begin.Producer);
        var asked = session.Parts.Transactions.Producers.Find(NameOf(producer), session.Output, begin.Producer);
        var id = await session.Parts.Transactions.BeginAsync(producer, asked, cancellation);
        session.Output.Answer(new V1.ServerFrame { Correlation = header.Correlation.Value, TransactionBegun = new V1.TransactionBegun { Transaction = id.Bits } });
    }

    /// <summary>Decide: answered when the decision is committed to the log.</summary>
    public static async ValueTask DecideAsync(Session session, ReadOnlyMemory<byte> frame, ClientFrameHeader header, CancellationToken cancellation)
    {
        if (!GeneratedFrame.TryParse(V1.Decide.Parser, header.Payload.Of(frame.Span), out var decide, out var problem))
        {
            await CommandDispatch.Refuse(session, header, problem);
            return;
        }
        var producer = ProducerOf(session, decide.Producer);
        session.Parts.Transactions.Producers.Answered(NameOf(producer), session.Output, decide.Producer, LogPosition.FromBits(decide.Transaction));
        if (decide.Decision == V1.TransactionDecision.Unknown)
        {
            if (decide.Transaction == 0)
                session.Parts.Transactions.Producers.Remove(NameOf(producer), session.Output, decide.Producer);
            session.Output.Answer(new V1.ServerFrame { Correlation = header.Correlation.Value, Decided = new V1.Decided() });
            return;
        }
        // By name: a number that this version does not know is none of them, whatever its lower bits are.
        if (decide.Decision is not (V1.TransactionDecision.Commit or V1.TransactionDecision.RollBack))
            throw new RefusedException(ErrorCode.FieldInvalid, "a decision is commit, roll back, or unknown.");
        var decision = decide.Decision == V1.TransactionDecision.Commit ? TransactionDecision.Commit : TransactionDecision.RollBack;
        var choice = new DecisionChoice { Transaction = LogPosition.FromBits(decide.Transaction), Decision = decision, ProducerName = NameOf(producer), MayPublish = MayPublish(session) };
        var owner = new DecisionAnswer(session.Output, header.Correlation.Value, decision, session.Parts.Flushes);
        await session.Parts.Transactions.DecideAsync(choice, owner, cancellation);
    }

    /// <summary>When a producer wants to be asked.</summary>
    /// <exception cref="RefusedException">FieldInvalid: out of range.</exception>
    public static CheckBackTerms TermsOf(V1.CheckBackTerms asked)
    {
        var first = asked.First == 0 ? Limits.DefaultFirstCheck : TimeSpan.FromMilliseconds(asked.First);
        var interval = asked.Interval == 0 ? Limits.DefaultCheckInterval : TimeSpan.FromMilliseconds(asked.Interval);
        if (first < Limits.MinCheckInterval || first > Limits.MaxFirstCheck || interval < Limits.MinCheckInterval || interval > Limits.MaxCheckInterval)
            throw new RefusedException(ErrorCode.FieldInvalid, "a check-back is after 1 s to 1 h first, then every 1 s to 24 h.");
        if (asked.Checks > Limits.MaxChecks)
            throw new RefusedException(ErrorCode.FieldInvalid, $"there are {Limits.MaxChecks} checks at most.");
        return new CheckBackTerms { First = first, Interval = interval, Checks = asked.Checks == 0 ? Limits.DefaultChecks : (int)asked.Checks };
    }

    /// <summary>
    /// Whether the connection's user may publish to a queue, by its number; null: to all. What was for a deleted queue nobody gets. For any thread,
    /// as long as the connection lasts.
    /// </summary>
    public static Func<uint, bool>? MayPublish(Session session)
    {
        var access = session.Access;
        var parts = session.Parts;
        return access.IsUnbounded ? null : queue => parts.Queues.Find(queue) is not { } known || access.Allows(AccessRights.Publish, known.Name);
    }

    private static Producer ProducerOf(Session session, uint handle) =>
        session.FindProducer(handle) ?? throw new RefusedException(ErrorCode.UnknownHandle, "the producer's handle is not open on this connection.");

    private static string NameOf(Producer producer) => Encoding.UTF8.GetString(producer.Name);
}
