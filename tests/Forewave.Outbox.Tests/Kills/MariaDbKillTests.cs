using Forewave.Outbox.Tests.Databases;

namespace Forewave.Outbox.Tests.Kills;

[Trait("Suite", "outbox")]
public sealed class MariaDbKillTests(MariaDb server) : KillConformance(server), IClassFixture<MariaDb>;
