using Forewave.Outbox.Tests.Databases;

namespace Forewave.Outbox.Tests.Kills;

[Trait("Suite", "outbox")]
public sealed class PostgreSqlKillTests(PostgreSql server) : KillConformance(server), IClassFixture<PostgreSql>;
