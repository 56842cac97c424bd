using Forewave.Outbox.Tests.Databases;

namespace Forewave.Outbox.Tests.Schema;

[Trait("Suite", "outbox")]
public sealed class PostgreSqlSchemaTests(PostgreSql server) : SchemaConformance(server), IClassFixture<PostgreSql>;
