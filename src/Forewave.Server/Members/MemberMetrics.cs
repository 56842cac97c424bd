using System.Diagnostics.Metrics;
using Forewave.Coordination.Members;
using Forewave.Server.Metrics;

namespace Forewave.Server.Members;

/// <summary>What a broker of a group shows of its part.</summary>
internal static class MemberMetrics
{
    /// <summary>Adds them to a broker's meters.</summary>
    public static void Add(BrokerMeters meters, MemberHost member)
    {
        var meter = meters.Create(new MeterOptions("Forewave.Server.Members"));
        meter.CreateObservableGauge(
            "forewave.member.role", () => (int)member.State, "1", description: "Its part in its broker group: 0 waiting, 1 master, 2 slave, 3 taking over");
        meter.CreateObservableGauge(
            "forewave.member.epoch", () => (long)(member.Epoch?.Value ?? 0), "1", description: "Epoch of the group's record, as it was told last; each change of master raises it");
        meter.CreateObservableGauge(
            "forewave.member.in_sync", () => member.InSync, "{broker}", description: "Members of inSync in the group's record, as it was told last: 2 while the slave may take over");
    }
}
