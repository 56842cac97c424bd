using System.IO.Pipelines;
using Forewave.Protocol.V1;

namespace Forewave.Broker.Sessions;

/// <summary>A connection that comes to a broker which serves no partition at present: it is told why, and closed.</summary>
public static class RefusedConnection
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Waits for the hello, refuses it and completes the pipe. Never throws for what the peer does.</summary>
    /// <param name="pipe">The connection; completed afterwards.</param>
    /// <param name="why">Why: an error that a broker sends.</param>
    /// <param name="time">The clock of its patience.</param>
    /// <param name="cancellation">Ends it without a word.</param>
    public static async Task<SessionEnd> RunAsync(
        IDuplexPipe pipe, Error why, TimeProvider time, CancellationToken cancellation)
    {
        using CancellationTokenSource late = new(Patience, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, late.Token);
        var outcome = SessionEnd.Finished;
        try
        {
            // What is not read would make the close a reset, which takes the refusal away.
            var hello = await pipe.Input.ReadAsync(end.Token);
            pipe.Input.AdvanceTo(hello.Buffer.End);
            Write(pipe.Output, new ServerFrame { Error = why });
            await pipe.Output.FlushAsync(end.Token);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException or InvalidOperationException)
        {
            // The transport's way to say that the peer is gone, or silent.
            outcome = SessionEnd.Abort;
        }
        await pipe.Output.CompleteAsync();
        await pipe.Input.CompleteAsync();
        return outcome;
    }

    private static void Write(PipeWriter output, ServerFrame frame)
    {
        int bytes = ServerFrames.BytesOf(frame);
        ServerFrames.Fill(output.GetSpan(bytes)[..bytes], frame);
        output.Advance(bytes);
    }
}
