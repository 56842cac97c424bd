using Microsoft.Extensions.Hosting;

namespace Forewave.Outbox.Hosting;

/// <summary>Runs a relay for as long as the host runs.</summary>
internal sealed class RelayService(OutboxRelay relay) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => relay.RunAsync(stoppingToken);
}
