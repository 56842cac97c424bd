namespace Forewave.Broker.Delivery.Subscriptions;

/// <summary>What a consumer gets of its group's messages. The numbers are those of the wire.</summary>
internal enum ConsumerRole
{
    /// <summary>It was not told.</summary>
    None = 0,

    /// <summary>Its share.</summary>
    Shared = 1,

    /// <summary>Everything.</summary>
    Active = 2,

    /// <summary>Nothing, until the active one goes.</summary>
    Passive = 3,
}
