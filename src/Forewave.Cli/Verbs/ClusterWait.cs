using Forewave.Protocol;
using Forewave.Server.Cluster;

namespace Forewave.Cli.Verbs;

/// <summary>Waits for what brokers do after their record was set by hand.</summary>
internal static class ClusterWait
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Completes when a broker announces itself as master; the group as it is then.</summary>
    /// <exception cref="ForewaveException">BrokerNotThere: it did not within 2 minutes; the record stays as it was set.</exception>
    public static async Task<GroupStanding> UntilMasterAsync(ClusterDesk desk, (PartitionNumber Partition, string Broker) wanted, CancellationToken stop)
    {
        using CancellationTokenSource end = new(Patience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, end.Token);
        try
        {
            await foreach (var view in desk.Session.WatchAsync(wanted.Partition, either.Token))
            {
                if (view.Master?.Broker == wanted.Broker)
                    break;
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            throw new ForewaveException(ErrorCode.BrokerNotThere, $"The record names broker {wanted.Broker} as master, and it does not serve after {Patience.TotalSeconds:0} s: its log says why.");
        }
        return await desk.ReadAsync(wanted.Partition, stop);
    }
}
