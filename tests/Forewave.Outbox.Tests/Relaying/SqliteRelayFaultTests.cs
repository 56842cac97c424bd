using Forewave.Outbox.Tests.Databases;

namespace Forewave.Outbox.Tests.Relaying;

public sealed class SqliteRelayFaultTests(SqliteFile server) : RelayFaultConformance(server), IClassFixture<SqliteFile>;
