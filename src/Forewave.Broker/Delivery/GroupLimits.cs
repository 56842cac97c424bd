namespace Forewave.Broker.Delivery;

/// <summary>Bounds of what may be set for a group.</summary>
internal static class GroupLimits
{
    /// <summary>Attempts that a group may be set to.</summary>
    public const uint MaxAttempts = 1_000;

    /// <summary>Delays that a retry policy may list.</summary>
    public const int RetryDelays = 100;
}
