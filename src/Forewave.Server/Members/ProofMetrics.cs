using System.Diagnostics.Metrics;
using Forewave.Server.Metrics;
using Forewave.Storage.MySql.Replication;

namespace Forewave.Server.Members;

/// <summary>How long a master's answers wait for the slave's receipt.</summary>
internal static class ProofMetrics
{
    private static readonly double[] Seconds = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

    /// <summary>Adds them to the meters of a broker that serves its group's partition.</summary>
    public static void Add(BrokerMeters meters, GroupMaster master)
    {
        var took = Create(meters);
        master.Proven = span => took.Record(span.TotalSeconds);
    }

    /// <summary>The instrument alone.</summary>
    public static Histogram<double> Create(BrokerMeters meters) => meters.Create(new MeterOptions("Forewave.Server.Members.Proof")).CreateHistogram(
        "forewave.member.proof.duration", "s", "From a commit to the slave's word that it received it", tags: null,
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Seconds });
}
