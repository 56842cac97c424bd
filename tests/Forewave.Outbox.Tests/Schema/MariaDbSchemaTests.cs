using Forewave.Outbox.Tests.Databases;

namespace Forewave.Outbox.Tests.Schema;

[Trait("Suite", "outbox")]
public sealed class MariaDbSchemaTests(MariaDb server) : SchemaConformance(server), IClassFixture<MariaDb>;
