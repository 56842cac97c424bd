using Forewave.Outbox.Tests.Databases;

namespace Forewave.Outbox.Tests.Kills;

[Trait("Suite", "outbox")]
public sealed class SqliteKillTests(SqliteFile server) : KillConformance(server), IClassFixture<SqliteFile>;
