using Forewave.Outbox.Tests.Databases;

namespace Forewave.Outbox.Tests.Inboxes;

public sealed class SqliteInboxTests(SqliteFile server) : InboxConformance(server), IClassFixture<SqliteFile>;
