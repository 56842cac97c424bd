namespace Forewave.Coordination.ZooKeeper.Interop;

/// <summary>ZOO_*_STATE of zookeeper.c: what a watcher is told with an event of the session.</summary>
internal enum NativeState
{
    AuthenticationFailed = -113,
    Expired = -112,
    Connecting = 1,
    Associating = 2,
    Connected = 3,
    ReadOnly = 5,
    NotConnected = 999,
}
