using Forewave.Outbox.Tests.Databases;

namespace Forewave.Outbox.Tests.Inboxes;

[Trait("Suite", "outbox")]
public sealed class PostgreSqlInboxTests(PostgreSql server) : ServerInboxConformance(server), IClassFixture<PostgreSql>;
