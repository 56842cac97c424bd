using Forewave.Broker.Ingest;
using Forewave.Broker.Sessions;
using Forewave.Protocol.Frames;

namespace Forewave.Broker.Commands;

/// <summary>Publish: read, admitted, answered when it is committed. When the log has no room the connection waits.</summary>
internal static class PublishCommand
{
    public static ValueTask RunAsync(
        Session session, ReadOnlyMemory<byte> frame, in ClientFrameHeader header, CancellationToken cancellation)
    {
        var ingest = session.Parts.Ingest;
        if (!ingest.TryRead(session, frame, header, out var publish, out var problem))
            return CommandDispatch.Refuse(session, header, problem);
        if (!ingest.TryAdmit(publish))
            return AdmitLaterAsync(session, publish, cancellation);
        publish.Release();
        return ValueTask.CompletedTask;
    }

    private static async ValueTask AdmitLaterAsync(Session session, PendingPublish publish, CancellationToken cancellation)
    {
        do
            await session.Parts.Ingest.WaitAsync(publish, cancellation);
        while (!session.Parts.Ingest.TryAdmit(publish));
        publish.Release();
    }
}
