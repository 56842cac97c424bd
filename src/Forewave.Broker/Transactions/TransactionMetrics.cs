using System.Diagnostics.Metrics;
using Forewave.Broker.Observability;

namespace Forewave.Broker.Transactions;

/// <summary>Counts what becomes of transactions. For any thread.</summary>
internal sealed class TransactionMetrics
{
    private readonly Counter<long> _begun;
    private readonly Counter<long> _decided;
    private readonly Counter<long> _prepared;
    private readonly Counter<long> _checks;

    public TransactionMetrics(Meter meter)
    {
        _begun = meter.CreateCounter<long>("forewave.transactions.begun", "{transaction}", "Transactions begun.");
        _decided = meter.CreateCounter<long>("forewave.transactions.decided", "{transaction}", "Transactions decided, by decision.");
        _prepared = meter.CreateCounter<long>("forewave.transactions.prepared", "{message}", "Messages prepared.");
        _checks = meter.CreateCounter<long>("forewave.transactions.checks", "{check}", "Questions to producers about what became of a transaction, by whether somebody was there.");
    }

    /// <summary>One was begun.</summary>
    public void Begun() => _begun.Add(1);

    /// <summary>Messages were prepared.</summary>
    public void Prepared(int messages) => _prepared.Add(messages);

    /// <summary>One was decided.</summary>
    public void Decided(TransactionDecision decision) =>
        _decided.Add(1, new KeyValuePair<string, object?>("decision", decision == TransactionDecision.Commit ? "commit" : "rollback"));

    /// <summary>Somebody was to be asked.</summary>
    public void Checked(bool wasSent) => _checks.Add(1, new KeyValuePair<string, object?>("result", wasSent ? "asked" : "nobody"));

    /// <summary>Adds what is read when metrics are collected.</summary>
    public static void AddGauges(BrokerMetrics metrics, OpenTransactions open, TimeProvider time)
    {
        metrics.Gauge(new MetricText { Name = "forewave.transactions.open", Unit = "{transaction}", Description = "Transactions that are not decided." }, () => open.Count);
        metrics.Gauge(
            new MetricText { Name = "forewave.transactions.waiting", Unit = "{transaction}", Description = "Transactions that wait for an operator: nobody could say what became of them." },
            () => open.Waiting);
        metrics.Gauge(
            new MetricText { Name = "forewave.transactions.messages", Unit = "{message}", Description = "Messages of transactions that are not decided." }, () => open.Messages);
        metrics.Meter.CreateObservableGauge(
            "forewave.transactions.oldest.age",
            () => open.OldestBegun is > 0 and var begun ? Math.Max(0, (time.GetUtcNow().ToUnixTimeMilliseconds() - begun) / 1_000.0) : 0,
            "s",
            "Age of the oldest transaction that is not decided; 0 where there is none.");
    }
}
