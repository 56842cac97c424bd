using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Commands;

/// <summary>Administration: by verb, beside the read loop, one after the other on each connection; what waits for an outcome, beside the others.</summary>
internal static class AdministrationCommand
{
    public static ValueTask Run(
        Session session, ReadOnlyMemory<byte> frame, ClientFrameHeader header, CancellationToken cancellation)
    {
        if (!GeneratedFrame.TryParse(V1.AdministrationRequest.Parser, header.Payload.Of(frame.Span), out var request, out var problem))
            return CommandDispatch.Refuse(session, header, problem);
        if (request.VerbCase != V1.AdministrationRequest.VerbOneofCase.AwaitOutcome)
            session.Errands.Add(() => AnswerAsync(session, header, request, cancellation));
        else if (!session.Waits.TryAdd(ended => AnswerAsync(session, header, request, ended)))
            return CommandDispatch.Refuse(session, header, new FrameProblem(ErrorCode.TooManyOutcomeWaits, "the connection has as many waits as it may."));
        return ValueTask.CompletedTask;
    }

    private static async Task AnswerAsync(
        Session session, ClientFrameHeader header, V1.AdministrationRequest request, CancellationToken cancellation)
    {
        try
        {
            await CommandDispatch.GuardAsync(session, header, RunAsync(session, header, request, cancellation));
            session.Output.Flush();
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The session ends, and nobody waits for the answer any more.
        }
        catch (Exception fault)
        {
            session.Fault(fault, header.Correlation.Value);
        }
    }

    private static async ValueTask RunAsync(
        Session session, ClientFrameHeader header, V1.AdministrationRequest request, CancellationToken cancellation)
    {
        var act = AuditedAct.Of(session, request);
        V1.AdministrationAnswer answer;
        try
        {
            answer = await AnswerToAsync(session, request, cancellation);
        }
        catch (Exception failure)
        {
            act?.Failed(CodeOf(failure));
            throw;
        }
        act?.Done();
        session.Output.Answer(new V1.ServerFrame { Correlation = header.Correlation.Value, Administration = answer });
    }

    private static ErrorCode CodeOf(Exception failure) => failure switch
    {
        RefusedException refusal => refusal.Code,
        ForewaveException refusal => refusal.Code,
        _ => ErrorCode.StoreUnavailable,
    };

    private static async ValueTask<V1.AdministrationAnswer> AnswerToAsync(Session session, V1.AdministrationRequest request, CancellationToken cancellation)
    {
        // It may have waited for others a long time, also beyond the end of the connection.
        session.CheckAccess();
        await AdministrationRights.CheckAsync(session, request, cancellation);
        return await QueueVerbs.RunAsync(session.Parts, request, cancellation)
            ?? await GroupVerbs.RunAsync(session.Parts, request, cancellation)
            ?? await DeadVerbs.RunAsync(session, request, cancellation)
            ?? await DeadOperationVerbs.RunAsync(session, request, cancellation)
            ?? await ScheduleVerbs.RunAsync(session.Parts, request, cancellation)
            ?? await RecurringVerbs.RunAsync(session.Parts, request, cancellation)
            ?? await TransactionVerbs.RunAsync(session.Parts, request, cancellation)
            ?? await MessageVerbs.RunAsync(session.Parts, request, cancellation)
            ?? await SearchVerbs.RunAsync(session.Parts, request, cancellation)
            ?? await UserVerbs.RunAsync(session, request, cancellation)
            ?? await SettingVerbs.RunAsync(session, request, cancellation)
            ?? DrainVerbs.Run(session.Parts, request)
            ?? BrokerVerbs.Run(session.Parts, request)
            ?? BackupVerbs.Run(session, request)
            ?? throw new RefusedException(ErrorCode.CapabilityMissing, "the request has a verb that this broker does not know.");
    }
}
