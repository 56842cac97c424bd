using System.Buffers;
using System.IO.Pipelines;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Protocol.V1;

namespace Forewave.Broker.Sessions;

/// <summary>
/// A connection that comes to a broker which serves no partition at present: it is told why, and closed. A client that has lost a master and says
/// so is told when there is another one, or after a while: it need not come again and again meanwhile.
/// </summary>
public static class RefusedConnection
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Waits for the hello, refuses it and completes the pipe. Never throws for what the peer does.</summary>
    /// <param name="pipe">The connection; completed afterwards.</param>
    /// <param name="refusal">What is refused, and for which route it may wait.</param>
    /// <param name="time">The clock of its patience.</param>
    /// <param name="cancellation">Ends it without a word.</param>
    public static async Task<SessionEnd> RunAsync(
        IDuplexPipe pipe, Refusal refusal, TimeProvider time, CancellationToken cancellation)
    {
        using CancellationTokenSource late = new(Patience, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, late.Token);
        var outcome = SessionEnd.Finished;
        try
        {
            // What is not read would make the close a reset, which takes the refusal away.
            var hello = await pipe.Input.ReadAsync(end.Token);
            var awaited = AwaitedIn(hello.Buffer);
            pipe.Input.AdvanceTo(hello.Buffer.End);
            if (awaited is { Wait: > 0, Partition: <= Limits.MaxPartition })
                await HoldAsync(awaited, refusal, time, end.Token);
            Write(pipe.Output, new ServerFrame { Error = refusal.Why() });
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

    // Null: there is no hello, not all of it, or it waits for nothing.
    private static AwaitedRoute? AwaitedIn(ReadOnlySequence<byte> buffer) =>
        FrameDecoder.TryRead(ref buffer, Limits.FrameBytes, out var frame, out _)
            && GeneratedFrame.TryParse(ClientFrame.Parser, frame.ToArray(), out var first, out _)
            ? first.Hello?.Awaited
            : null;

    private static async ValueTask HoldAsync(AwaitedRoute awaited, Refusal refusal, TimeProvider time, CancellationToken end)
    {
        var longest = TimeSpan.FromMilliseconds(Math.Min(awaited.Wait, Limits.MaxRefusalWait.TotalMilliseconds));
        using var over = CancellationTokenSource.CreateLinkedTokenSource(end);
        try
        {
            await refusal.LaterAsync(new PartitionNumber((ushort)awaited.Partition), awaited.Epoch, over.Token).WaitAsync(longest, time, end);
        }
        catch (TimeoutException)
        {
            // It is refused with what is known.
        }
        finally
        {
            await over.CancelAsync();
        }
    }

    private static void Write(PipeWriter output, ServerFrame frame)
    {
        int bytes = ServerFrames.BytesOf(frame);
        ServerFrames.Fill(output.GetSpan(bytes)[..bytes], frame);
        output.Advance(bytes);
    }
}
