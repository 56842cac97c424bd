using System.Diagnostics;
using Forewave.Client.Telemetry;
using Forewave.Protocol;

namespace Forewave.Client.Consuming;

/// <summary>
/// Runs a handler over a consumer's messages by a fixed number of workers, and extends the leases of what they work on. One
/// call of <see cref="RunAsync"/>; what a handler throws is nacked and never ends a worker.
/// </summary>
internal sealed class HandlerRun(Consumer consumer, Func<ReceivedMessage, CancellationToken, ValueTask> handler, int concurrency)
{
    private static readonly TimeSpan ExtensionPeriod = TimeSpan.FromMilliseconds(250);

    private readonly Work[] _works = [.. Enumerable.Range(0, concurrency).Select(_ => new Work())];

    public async Task RunAsync(CancellationToken cancellation)
    {
        ITimer timer = consumer.Time.CreateTimer(
            static run => ((HandlerRun)run!).Extend(), this, ExtensionPeriod, ExtensionPeriod);
        await using (timer.ConfigureAwait(false))
        {
            await Task.WhenAll(_works.Select(work => Task.Run(() => WorkAsync(work, cancellation), CancellationToken.None))).ConfigureAwait(false);
        }
    }

    private async Task WorkAsync(Work work, CancellationToken cancellation)
    {
        // A worker outlives the span that it was started in, if there was one.
        Activity.Current = null;
        while (!cancellation.IsCancellationRequested)
        {
            if (consumer.TryReceive(out ReceivedMessage message))
            {
                await HandleAsync(work, message, cancellation).ConfigureAwait(false);
            }
            else if (!await WaitAsync(cancellation).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    private async ValueTask<bool> WaitAsync(CancellationToken cancellation)
    {
        try
        {
            return await consumer.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    private async ValueTask HandleAsync(Work work, ReceivedMessage message, CancellationToken cancellation)
    {
        long begun = consumer.Time.GetTimestamp();
        work.Begin(message, begun);
        Exception? failure = null;
        using Activity? span = ClientSpans.StartProcess(message);
        try
        {
            await handler(message, cancellation).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            failure = e;
            ClientSpans.Failed(span, e);
        }

        work.End();
        ClientTelemetry.NoteHandled(consumer, begun, failure);
        if (!message.Run.Lane.Settlements.IsOpen(message))
        {
            // The handler has settled it itself.
            return;
        }

        Settle(message, failure, cancellation);
    }

    private void Settle(in ReceivedMessage message, Exception? failure, CancellationToken cancellation)
    {
        switch (failure)
        {
            case null:
                message.Run.Lane.Settlements.TrySettle(message, new Verdict(SettleVerb.Ack));
                break;
            case OperationCanceledException when cancellation.IsCancellationRequested:
                message.Run.Lane.Settlements.TrySettle(message, new Verdict(SettleVerb.Release));
                break;
            default:
                ClientLog.HandlerFailed(consumer.Logger, consumer.Queue, consumer.Group, failure);
                string reason = $"{failure.GetType().Name}: {failure.Message}";
                message.Run.Lane.Settlements.TrySettle(message, new Verdict(SettleVerb.Nack, null, reason));
                break;
        }
    }

    // A third of the lease: two extensions may fail before it expires.
    private void Extend()
    {
        long now = consumer.Time.GetTimestamp();
        foreach (Work work in _works)
        {
            if (work.TryTakeDue(now, consumer.Time, out ReceivedMessage message))
            {
                message.Run.Lane.Settlements.TrySettle(message, new Verdict(SettleVerb.Extend, message.Run.VisibilityTimeout));
            }
        }
    }
}
