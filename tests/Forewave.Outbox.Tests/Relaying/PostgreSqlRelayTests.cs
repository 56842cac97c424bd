using Forewave.Outbox.Tests.Databases;

namespace Forewave.Outbox.Tests.Relaying;

[Trait("Suite", "outbox")]
public sealed class PostgreSqlRelayTests(PostgreSql server) : ServerRelayConformance(server), IClassFixture<PostgreSql>;
