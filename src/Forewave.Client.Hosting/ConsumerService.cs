using Forewave.Client.Consuming;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Forewave.Client.Hosting;

/// <summary>
/// Runs a handler over a consumer for as long as the host runs. When the host stops no message is begun any more, running
/// handlers finish, what was not begun is given back. An error that ends the subscription ends the service, which the host
/// treats as it is told to treat a failed background service.
/// </summary>
internal sealed class ConsumerService(
    ForewaveClient client,
    IServiceScopeFactory scopes,
    ForewaveConsumerOptions options,
    Func<IServiceProvider, ReceivedMessage, CancellationToken, ValueTask> handle) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Consumer consumer = client.CreateConsumer(options.Queue, options.Group, options.Consumer);
        await using (((IAsyncDisposable)consumer).ConfigureAwait(false))
        {
            await consumer.RunAsync(HandleAsync, options.Concurrency, stoppingToken).ConfigureAwait(false);
        }
    }

    private async ValueTask HandleAsync(ReceivedMessage message, CancellationToken cancellation)
    {
        AsyncServiceScope scope = scopes.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            try
            {
                await handle(scope.ServiceProvider, message, cancellation).ConfigureAwait(false);
            }
            catch (Exception thrown) when (OutcomeOf(thrown, cancellation) is { } outcome)
            {
                string reason = $"{thrown.GetType().Name}: {thrown.Message}";
                ValueTask settled = outcome.Rejects
                    ? message.RejectAsync(reason, CancellationToken.None)
                    : message.NackAsync(outcome.Delay, reason, CancellationToken.None);
                await settled.ConfigureAwait(false);
                // The consumer logs it, and leaves alone what is settled.
                throw;
            }
        }
    }

    // Null: what the consumer does by itself.
    private HandlerOutcome? OutcomeOf(Exception thrown, CancellationToken stopping) => thrown is OperationCanceledException && stopping.IsCancellationRequested
        ? null
        : options.Outcomes.FirstOrDefault(outcome => outcome.IsFor(thrown)) ?? (thrown is UnreadableBodyException ? Unreadable : null);

    private static readonly HandlerOutcome Unreadable = HandlerOutcome.Reject<UnreadableBodyException>();
}
