namespace Forewave.Server.Http;

/// <summary>How far the broker is in its life.</summary>
internal enum Readiness
{
    /// <summary>It recovers what is in its folder.</summary>
    Starting,

    /// <summary>It serves.</summary>
    Ready,

    /// <summary>It lets the clients finish, or has stopped.</summary>
    Stopping,
}
