using Forewave.Outbox.Tests.Databases;

namespace Forewave.Outbox.Tests.Relaying;

public sealed class SqliteRelayTests(SqliteFile server) : RelayConformance(server), IClassFixture<SqliteFile>;
