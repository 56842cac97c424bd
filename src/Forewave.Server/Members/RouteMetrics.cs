using System.Diagnostics.Metrics;
using Forewave.Coordination.Routes;
using Forewave.Server.Metrics;

namespace Forewave.Server.Members;

/// <summary>What a broker of a cluster knows of where the partitions are served.</summary>
internal static class RouteMetrics
{
    /// <summary>Adds them to a broker's meters.</summary>
    public static void Add(BrokerMeters meters, ClusterFollowing following)
    {
        var meter = meters.Create(new MeterOptions("Forewave.Server.Members"));
        meter.CreateObservableGauge(
            "forewave.routes.partitions", () => following.Routes.Routes.Length, "{partition}", "Partitions of the cluster that this broker knows of");
        meter.CreateObservableGauge(
            "forewave.routes.masterless", () => following.Routes.Routes.Count(route => route.Address.Length == 0), "{partition}",
            "Of these, those whose master does not announce itself");
        meter.CreateObservableCounter(
            "forewave.routes.changes", () => following.Changes, "{change}", "Tables of routes that were other ones than those before, since the start");
        meter.CreateObservableGauge(
            "forewave.routes.followed", () => following.IsFollowed ? 1 : 0, "1", "1 while a session with ZooKeeper tells the routes; at 0 they are those that were told last");
    }
}
