using System.Diagnostics.Metrics;
using Forewave.Outbox.Relaying;

namespace Forewave.Outbox.Telemetry;

/// <summary>
/// The metrics of a relay: meter <c>Forewave.Outbox</c>. What is counted in the database is counted every 5 s, by the relay that leads, while
/// somebody listens. Thread-safe.
/// </summary>
internal sealed class OutboxTelemetry : IDisposable
{
    /// <summary>Rows are counted up to here.</summary>
    public const int MostCounted = 1_000_000;

    private readonly Meter _meter;
    private readonly bool _owns;
    private readonly Counter<long> _claimed;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _cleaned;
    private readonly ObservableGauge<long> _lag;
    private long _lagRows;
    private long _setAside;
    private long _parked;
    private double _ageSeconds;
    private volatile bool _isLeading;

    public OutboxTelemetry(OutboxRelayOptions options)
    {
        _owns = options.MeterFactory is null;
        string? version = typeof(OutboxTelemetry).Assembly.GetName().Version?.ToString(3);
        MeterOptions meter = new("Forewave.Outbox") { Version = version };
        _meter = options.MeterFactory?.Create(meter) ?? new Meter(meter);
        _claimed = _meter.CreateCounter<long>("forewave.outbox.claimed", "{message}", "Rows that the relay has claimed");
        _sent = _meter.CreateCounter<long>("forewave.outbox.sent", "{message}", "Rows whose messages the broker has stored");
        _refused = _meter.CreateCounter<long>("forewave.outbox.refused", "{message}", "Rows that were refused and go again, or were set aside");
        _cleaned = _meter.CreateCounter<long>("forewave.outbox.cleaned", "{message}", "Sent rows that were deleted");
        _lag = _meter.CreateObservableGauge("forewave.outbox.lag", () => Volatile.Read(ref _lagRows), "{message}", "Rows that are not sent, up to 1,000,000");
        _meter.CreateObservableGauge("forewave.outbox.age", () => Volatile.Read(ref _ageSeconds), "s", "How long the first row that is not sent has waited, or that waits for its queue");
        _meter.CreateObservableGauge("forewave.outbox.set_aside", () => Volatile.Read(ref _setAside), "{message}", "Rows that a person has to decide on, up to 1,000,000");
        _meter.CreateObservableGauge("forewave.outbox.parked", () => Volatile.Read(ref _parked), "{message}", "Rows that wait for a queue which cannot be opened, up to 1,000,000");
        _meter.CreateObservableGauge("forewave.outbox.leading", () => _isLeading ? 1 : 0, "{relay}", "1: this relay works; 0: it stands by");
    }

    /// <summary>How often rows are counted.</summary>
    public static TimeSpan StockInterval { get; } = TimeSpan.FromSeconds(5);

    /// <summary>This relay works.</summary>
    public bool IsLeading
    {
        get => _isLeading;
        set => _isLeading = value;
    }

    /// <summary>Somebody listens to what has to be counted in the database.</summary>
    public bool WantsStock => _lag.Enabled;

    public void NoteClaimed(int rows) => _claimed.Add(rows);

    public void NoteSent(int rows) => _sent.Add(rows);

    public void NoteCleaned(int rows) => _cleaned.Add(rows);

    public void NoteChanged(IReadOnlyList<RowChange> changes)
    {
        int refused = changes.Count(change => change.RefusedSequence is not null || change.State is OutboxRowState.SetAside || change.IsAlone);
        if (refused > 0)
        {
            _refused.Add(refused);
        }
    }

    /// <summary>Counts what is in the database.</summary>
    public async ValueTask MeasureAsync(RelayTables tables, CancellationToken cancellation)
    {
        long unsent = await tables.CountAsync(OutboxRowState.Unsent, MostCounted, cancellation).ConfigureAwait(false);
        long claimed = await tables.CountAsync(OutboxRowState.Claimed, MostCounted, cancellation).ConfigureAwait(false);
        Volatile.Write(ref _lagRows, unsent + claimed);
        Volatile.Write(ref _setAside, await tables.CountAsync(OutboxRowState.SetAside, MostCounted, cancellation).ConfigureAwait(false));
        Volatile.Write(ref _parked, await tables.CountAsync(OutboxRowState.Parked, MostCounted, cancellation).ConfigureAwait(false));
        Volatile.Write(ref _ageSeconds, (await tables.AgeAsync(cancellation).ConfigureAwait(false)).TotalSeconds);
    }

    public void Dispose()
    {
        if (_owns)
        {
            _meter.Dispose();
        }
    }
}
