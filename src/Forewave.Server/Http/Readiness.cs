namespace Forewave.Server.Http;

/// <summary>How far the broker is in its life.</summary>
internal enum Readiness
{
    /// <summary>It recovers what is in its folder.</summary>
    Starting,

    /// <summary>It serves.</summary>
    Ready,

    /// <summary>In a broker group: it neither serves nor follows yet.</summary>
    Waiting,

    /// <summary>In a broker group: it is the slave.</summary>
    Following,

    /// <summary>In a broker group: it takes over.</summary>
    TakingOver,

    /// <summary>It lets the clients finish, or has stopped.</summary>
    Stopping,
}
