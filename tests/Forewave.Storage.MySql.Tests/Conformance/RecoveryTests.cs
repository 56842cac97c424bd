using Forewave.Storage.Conformance;
using Forewave.Storage.MySql.Tests.Server;

namespace Forewave.Storage.MySql.Tests.Conformance;

[Collection(MariaDbGroup.Name)]
[Trait("Suite", "mysql")]
public sealed class RecoveryTests(MariaDbServer server) : RecoveryConformance
{
    protected override IStorePlace NewPlace() => new DatabasePlace(server);
}
