using Forewave.Protocol;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Forewave.Client.Hosting;

/// <summary>Healthy while the client has a connection; looks for one, for a moment, where it has none.</summary>
internal sealed class ConnectionHealth(ForewaveClient client) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await client.ConnectAsync(Patience, cancellationToken).ConfigureAwait(false);
            return HealthCheckResult.Healthy();
        }
        catch (ForewaveException away)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, away.Message);
        }
    }
}
