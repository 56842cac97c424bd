using Forewave.Outbox.Tests.Databases;

namespace Forewave.Outbox.Tests.Inboxes;

[Trait("Suite", "outbox")]
public sealed class MariaDbInboxTests(MariaDb server) : ServerInboxConformance(server), IClassFixture<MariaDb>;
