using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Protocol.Routes;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Commands;

/// <summary>GetRoutes: where the partitions of the cluster are served, as soon as that is another table than the client's.</summary>
internal static class RoutesCommand
{
    public static ValueTask Run(Session session, ReadOnlyMemory<byte> frame, ClientFrameHeader header)
    {
        if (!GeneratedFrame.TryParse(V1.GetRoutes.Parser, header.Payload.Of(frame.Span), out var request, out var problem))
            return CommandDispatch.Refuse(session, header, problem);
        if (session.Parts.Options.Cluster is not { } cluster)
            return CommandDispatch.Refuse(session, header, new FrameProblem(ErrorCode.CapabilityMissing, "the broker is in no cluster"));
        if (request.Wait > Limits.MaxReceiveWait.TotalMilliseconds)
            return CommandDispatch.Refuse(session, header, new FrameProblem(ErrorCode.FieldInvalid, "wait is at most 60 s"));
        if (request.Wait == 0 || cluster.Routes.Version != request.Version)
            Answer(session, header.Correlation.Value, cluster.Routes);
        else if (!session.Waits.TryAdd(ended => WaitAsync(session, header.Correlation.Value, request, ended)))
            return CommandDispatch.Refuse(session, header, new FrameProblem(ErrorCode.TooManyOutcomeWaits, "the connection has as many waits as it may"));
        return ValueTask.CompletedTask;
    }

    private static async Task WaitAsync(Session session, ulong correlation, V1.GetRoutes request, CancellationToken ended)
    {
        var cluster = session.Parts.Options.Cluster!;
        try
        {
            await cluster.ChangedAsync(request.Version, ended).WaitAsync(TimeSpan.FromMilliseconds(request.Wait), session.Parts.Time, ended);
        }
        catch (TimeoutException)
        {
            // It is answered with the table that the client has.
        }
        catch (OperationCanceledException)
        {
            // The session ends, and nobody waits for the answer any more.
            return;
        }
        Answer(session, correlation, cluster.Routes);
        session.Output.Flush();
    }

    private static void Answer(Session session, ulong correlation, RouteTable routes) =>
        session.Output.Answer(new V1.ServerFrame { Correlation = correlation, Routes = routes.ToWire() });
}
