using Forewave.Outbox.Tests.Databases;

namespace Forewave.Outbox.Tests.Relaying;

[Trait("Suite", "outbox")]
public sealed class PostgreSqlRelayFaultTests(PostgreSql server) : RelayFaultConformance(server), IClassFixture<PostgreSql>;
