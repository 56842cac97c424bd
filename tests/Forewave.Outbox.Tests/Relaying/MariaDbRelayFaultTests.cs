using Forewave.Outbox.Tests.Databases;

namespace Forewave.Outbox.Tests.Relaying;

[Trait("Suite", "outbox")]
public sealed class MariaDbRelayFaultTests(MariaDb server) : RelayFaultConformance(server), IClassFixture<MariaDb>;
