using Forewave.Integration.Tests.Scenarios;
using Forewave.Testing;

namespace Forewave.Integration.Tests;

/// <inheritdoc/>
[Trait("Suite", "scenario")]
public sealed class TransactionTests() : TransactionScenarios(static () => TestBroker.StartAsync());
