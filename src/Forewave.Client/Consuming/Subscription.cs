using Forewave.Client.Connections;

namespace Forewave.Client.Consuming;

/// <summary>A subscription and the connection that it lives on. Immutable.</summary>
internal sealed record Subscription(Connection Connection, SubscriptionTerms Terms);
