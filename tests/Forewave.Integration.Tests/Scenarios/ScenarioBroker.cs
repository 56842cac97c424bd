using Forewave.Testing;

namespace Forewave.Integration.Tests.Scenarios;

/// <summary>Starts the broker of a scenario, on the store that the scenario is run for. The scenario disposes it.</summary>
public delegate Task<TestBroker> ScenarioBroker();
