namespace Forewave.Coordination;

/// <summary>A broker that announces itself in a group.</summary>
/// <param name="Role">As what.</param>
/// <param name="Says">What it says of itself.</param>
public sealed record PresentBroker(BrokerRole Role, BrokerAnnouncement Says);
