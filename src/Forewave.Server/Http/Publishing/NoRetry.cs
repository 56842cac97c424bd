using Forewave.Client.Producing;
using Forewave.Protocol;

namespace Forewave.Server.Http.Publishing;

/// <summary>Tries nothing again: who sent the request is told at once, with the pause that is advised.</summary>
internal sealed class NoRetry : IPublishRetryPolicy
{
    /// <summary>The one instance that is needed.</summary>
    public static NoRetry Instance { get; } = new();

    /// <inheritdoc/>
    public TimeSpan? DelayBeforeNext(ForewaveException error, int attempt) => null;
}
