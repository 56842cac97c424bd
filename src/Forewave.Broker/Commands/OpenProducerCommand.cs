using Forewave.Broker.Ingest;
using Forewave.Broker.Sessions;
using Forewave.Broker.Transactions;
using Forewave.Protocol;
using Forewave.Protocol.Access;
using Forewave.Protocol.Frames;
using Forewave.Storage;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Commands;

/// <summary>OpenProducer: makes a producer id known on the connection, and in the log if it is new.</summary>
internal static class OpenProducerCommand
{
    public static async ValueTask RunAsync(
        Session session, ReadOnlyMemory<byte> frame, ClientFrameHeader header, CancellationToken cancellation)
    {
        if (!GeneratedFrame.TryParse(V1.OpenProducer.Parser, header.Payload.Of(frame.Span), out var open, out var problem))
        {
            await CommandDispatch.Refuse(session, header, problem);
            return;
        }
        if (!ProducerId.TryRead(open.ProducerId.Span, out var id))
            throw new RefusedException(ErrorCode.FieldInvalid, "a producer_id is 16 bytes and not 0.");
        if (!ProducerName.TryParse(open.Name, out var name))
            throw new RefusedException(ErrorCode.NameInvalid);
        // Who may publish nowhere makes the partition remember no producer.
        RightCheck.RequireSome(session, AccessRights.Publish);
        session.RequireNoDrain();
        var terms = open.CheckBack is null ? default(CheckBackTerms?) : TransactionCommands.TermsOf(open.CheckBack);
        session.CheckHandles();
        session.HasWork = true;
        var producer = await OpenAsync(session, id, name, cancellation);
        ulong last;
        lock (producer.Gate)
            last = producer.Sequences.Last;
        uint handle = session.Producers.Add(producer);
        if (terms is { } asked)
            session.Parts.Transactions.Producers.Add(new CheckBackProducer(name.Value, session.Output, handle, asked, TransactionCommands.MayPublish(session)));
        session.Output.Answer(new V1.ServerFrame
        {
            Correlation = header.Correlation.Value,
            ProducerOpened = new V1.ProducerOpened { Producer = handle, LastSequence = last },
        });
    }

    private static async ValueTask<Producer> OpenAsync(
        Session session, ProducerId id, ProducerName name, CancellationToken cancellation)
    {
        while (true)
        {
            var outcome = session.Parts.Producers.TryOpen(id, name, out var producer);
            if (outcome == AppendOutcome.Appended)
                return producer!;
            outcome.ThrowIfRefused();
            await session.Parts.Store.WaitForRoomAsync(cancellation);
        }
    }
}
