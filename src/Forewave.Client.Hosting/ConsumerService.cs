using Forewave.Client.Consuming;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Forewave.Client.Hosting;

/// <summary>
/// Runs a handler over a consumer for as long as the host runs. When the host stops no message is begun any more, running
/// handlers finish, what was not begun is given back. An error that ends the subscription ends the service, which the host
/// treats as it is told to treat a failed background service.
/// </summary>
internal sealed class ConsumerService<THandler>(
    ForewaveClient client, IServiceScopeFactory scopes, ForewaveConsumerOptions options) : BackgroundService
    where THandler : class, IMessageHandler
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
            THandler handler = scope.ServiceProvider.GetRequiredService<THandler>();
            await handler.HandleAsync(message, cancellation).ConfigureAwait(false);
        }
    }
}
