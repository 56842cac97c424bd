using Forewave.Integration.Tests.Scenarios;
using Forewave.Storage.MySql.Tests.Server;

namespace Forewave.Storage.MySql.Tests.Scenarios;

/// <inheritdoc/>
[Collection(MariaDbGroup.Name)]
[Trait("Suite", "mysql")]
public sealed class TransactionTests(MariaDbServer server) : TransactionScenarios(() => StoreOnMySql.StartAsync(server));
