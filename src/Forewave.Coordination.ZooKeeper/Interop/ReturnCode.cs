namespace Forewave.Coordination.ZooKeeper.Interop;

/// <summary>What calls and completions return: ZOO_ERRORS of zookeeper.h, as far as anything here depends on it.</summary>
internal enum ReturnCode
{
    Ok = 0,

    /// <summary>The server's replies do not fit the requests; the library gives the connection up.</summary>
    Inconsistent = -2,
    ConnectionLoss = -4,
    OperationTimeout = -7,
    BadArguments = -8,
    InvalidState = -9,
    NoNode = -101,
    NotAllowed = -102,
    BadVersion = -103,
    NodeExists = -110,
    SessionExpired = -112,
    AuthenticationFailed = -115,
    Closing = -116,
    SessionMoved = -118,
    Throttled = -127,
}
