using Forewave.Integration.Tests.Scenarios;
using Forewave.Testing;

namespace Forewave.Integration.Tests;

/// <inheritdoc/>
[Trait("Suite", "scenario")]
public sealed class UserKeepingTests() : UserScenarios(static () => TestBroker.StartAsync());
