namespace Forewave.Broker.Settings;

/// <summary>What a live setting can be set for.</summary>
[Flags]
internal enum SettingScope
{
    /// <summary>The broker: <c>publish</c>.</summary>
    Broker = 1,

    /// <summary>A queue, or queues whose names begin alike: <c>publish@orders</c>, <c>publish@orders.*</c>.</summary>
    Queues = 2,

    /// <summary>A user: <c>userConnections@shop</c>.</summary>
    User = 4,
}
