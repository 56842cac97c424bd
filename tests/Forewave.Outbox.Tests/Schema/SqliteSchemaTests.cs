using Forewave.Outbox.Tests.Databases;

namespace Forewave.Outbox.Tests.Schema;

public sealed class SqliteSchemaTests(SqliteFile server) : SchemaConformance(server), IClassFixture<SqliteFile>;
