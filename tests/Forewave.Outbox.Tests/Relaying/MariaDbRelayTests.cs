using Forewave.Outbox.Tests.Databases;

namespace Forewave.Outbox.Tests.Relaying;

[Trait("Suite", "outbox")]
public sealed class MariaDbRelayTests(MariaDb server) : RelayConformance(server), IClassFixture<MariaDb>;
