using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Administration;

/// <summary>
/// Waits for what becomes of messages, by asking again and again with long polls, through reconnects. Thread-safe. So many at once
/// go over the connection that others' requests still find room; the rest wait here.
/// </summary>
internal sealed class OutcomeWaits(AdministrationCalls calls, ForewaveClientOptions options)
{
    private const int MaxAtOnce = 256;
    private static readonly TimeSpan LongestPoll = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(500);

    // Never disposed: who waits gives its place back after the client was closed, and there is no handle to free.
    private readonly SemaphoreSlim _places = new(MaxAtOnce);

    public async ValueTask<MessageOutcome> WaitAsync(
        MessageId id, GroupName group, OutcomeKind until, TimeSpan longest, CancellationToken cancellation)
    {
        long begun = options.TimeProvider.GetTimestamp();
        while (true)
        {
            TimeSpan left = longest - options.TimeProvider.GetElapsedTime(begun);
            MessageOutcome? outcome = await AskAsync(
                new V1.AwaitOutcome
                {
                    MessageId = id.ToString(), Group = group.Value, Until = (V1.OutcomeKind)until, Wait = (uint)Poll(left).TotalMilliseconds,
                },
                left,
                cancellation).ConfigureAwait(false);
            if (outcome is not null && (outcome.IsReached || options.TimeProvider.GetElapsedTime(begun) >= longest))
            {
                return outcome;
            }
        }
    }

    // Null: the broker has too many who wait; it is asked again.
    private async ValueTask<MessageOutcome?> AskAsync(V1.AwaitOutcome wait, TimeSpan left, CancellationToken cancellation)
    {
        await _places.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            V1.AdministrationAnswer answer = await calls.AskAsync(new() { AwaitOutcome = wait }, cancellation).ConfigureAwait(false);
            return MessageAnswers.ToOutcome(answer.Outcome);
        }
        catch (ForewaveException busy) when (busy.Code == ErrorCode.TooManyOutcomeWaits && left > RetryPause)
        {
            await Task.Delay(RetryPause, options.TimeProvider, cancellation).ConfigureAwait(false);
            return null;
        }
        finally
        {
            _places.Release();
        }
    }

    // Half of what a request may take: the answer must be here before the request counts as lost.
    private TimeSpan Poll(TimeSpan left)
    {
        TimeSpan longest = options.RequestTimeout / 2 < LongestPoll ? options.RequestTimeout / 2 : LongestPoll;
        TimeSpan poll = left < longest ? left : longest;
        return poll > TimeSpan.Zero ? poll : TimeSpan.Zero;
    }
}
