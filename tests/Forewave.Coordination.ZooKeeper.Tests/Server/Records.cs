namespace Forewave.Coordination.ZooKeeper.Tests.Server;

/// <summary>What tests set and announce.</summary>
internal static class Records
{
    internal static GroupRecord Of(uint epoch, params string[] inSync) => new()
    {
        Epoch = new Epoch(epoch),
        Master = inSync[0],
        InSync = [.. inSync.Select((broker, i) => new InSyncBroker { Broker = broker, Run = i == 0 ? "" : "run-1" })],
    };

    internal static BrokerAnnouncement Broker(string name) => new() { Broker = name, Address = "127.0.0.1:7600", Run = "run-1" };
}
