using Forewave.Client.Producing;
using Forewave.Protocol;

namespace Forewave.Cli.Publishing;

/// <summary>
/// What <c>forewave publish</c> does with refusals. A message that somebody typed fails at once where the store takes nothing; the lines of
/// a file or of stdin wait until it does, and whoever watches is told so once. Thread-safe.
/// </summary>
/// <param name="isOne">One message, given as BODY.</param>
/// <param name="messages">Told what is not a result.</param>
internal sealed class RefusalPolicy(bool isOne, TextWriter messages) : IPublishRetryPolicy
{
    private int _isTold;

    /// <summary>When the user wants to stop, a refusal is the end.</summary>
    public CancellationToken Stop { get; init; }

    /// <inheritdoc/>
    public TimeSpan? DelayBeforeNext(ForewaveException error, int attempt)
    {
        bool isStore = error.Code is ErrorCode.DatabaseUnreachable or ErrorCode.DiskFull;
        var delay = Stop.IsCancellationRequested || (isOne && isStore) ? null : DefaultPublishRetryPolicy.Instance.DelayBeforeNext(error, attempt);
        if (isStore && delay is not null && Interlocked.Exchange(ref _isTold, 1) == 0)
            messages.WriteLine($"forewave: trying again until it is taken: {error.Message}");
        return delay;
    }
}
