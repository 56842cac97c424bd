using Forewave.Integration.Tests.Scenarios;
using Forewave.Storage.MySql.Tests.Server;

namespace Forewave.Storage.MySql.Tests.Scenarios;

/// <inheritdoc/>
[Collection(MariaDbGroup.Name)]
[Trait("Suite", "mysql")]
public sealed class TraceTests(MariaDbServer server) : TraceScenarios(() => StoreOnMySql.StartAsync(server));
