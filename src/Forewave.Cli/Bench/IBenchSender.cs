namespace Forewave.Cli.Bench;

/// <summary>Publishes one stream's messages in one of the modes.</summary>
internal interface IBenchSender
{
    /// <summary>Completes when each message has its outcome. Cancelling ends the publishing; what is in flight is waited for.</summary>
    Task RunAsync(CancellationToken cancellation);
}
