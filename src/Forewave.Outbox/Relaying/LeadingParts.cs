using Forewave.Outbox.Telemetry;

namespace Forewave.Outbox.Relaying;

/// <summary>What a relay that leads works with.</summary>
/// <param name="Tables">The outbox, over a connection that is its own.</param>
/// <param name="Options">The relay's.</param>
/// <param name="Look">For what is under way.</param>
/// <param name="Telemetry">Counts.</param>
/// <param name="Wake">Ends a rest.</param>
/// <param name="Lock">The token, and the number of the last claim.</param>
internal sealed record LeadingParts(
    RelayTables Tables, OutboxRelayOptions Options, ILockLook Look, OutboxTelemetry Telemetry, RelayWake Wake, (long Token, long Claims) Lock);
