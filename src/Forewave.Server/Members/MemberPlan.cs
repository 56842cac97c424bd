using System.Net;
using Forewave.Coordination.Members;
using Forewave.Coordination.ZooKeeper;
using Forewave.Protocol;
using Forewave.Server.Listeners;
using Forewave.Storage.MySql;
using Forewave.Storage.MySql.Replication;

namespace Forewave.Server.Members;

/// <summary>What the settings say of a broker's part in its group.</summary>
internal static class MemberPlan
{
    /// <summary>Looks at the settings of a group, and opens nothing.</summary>
    /// <exception cref="ArgumentException">One is missing, cannot be read, or says nothing without the others.</exception>
    public static void Check(ForewaveBrokerOptions options, Func<ForewaveBrokerOptions, MySqlStoreOptions> where)
    {
        if (options.ZooKeeper is null)
        {
            Require(options.Broker is null && options.PeerMySql is null && options.Advertise is null, "broker, peerMysql and advertise are for a cluster, which zookeeper makes it");
            return;
        }
        Require(options.Store == StoreKind.MySql || options.PeerMySql is null, "peerMysql: a broker group with a slave needs the store mysql");
        Require(options.Broker is { Length: >= 1 and <= 64 }, "broker: a broker of a cluster has a name of 1 to 64 characters");
        Require(options.SlavePatience >= TimeSpan.FromMilliseconds(100), "slavePatience: from 100ms on");
        Require(options.ZooKeeperSession >= ZooKeeperOptions.ShortestSession, "zookeeperSession: from 1s on");
        Require(options.Advertise is not null || ListensWhereItIsReached(options), "advertise: a broker that listens at every address of its host says where it is reached");
        if (options.PeerMySql is null)
            return;
        try
        {
            GroupDatabase.Check(where(options), options.PeerMySql, Environment.GetEnvironmentVariable);
        }
        catch (FormatException wrong)
        {
            throw new ArgumentException($"peerMysql: {wrong.Message}", wrong);
        }
    }

    /// <summary>Who it is.</summary>
    public static MemberOptions OptionsOf(ForewaveBrokerOptions options, (IPEndPoint? Listen, IPEndPoint? Http) at, Action<string> told) => new()
    {
        Partition = new PartitionNumber((ushort)options.Partition),
        Broker = options.Broker!,
        Address = options.Advertise ?? at.Listen?.ToString() ?? "",
        Http = HttpOf(options, at.Http),
        SlavePatience = options.SlavePatience,
        MayBegin = true,
        // The folder is the partition's only copy. A database may have been one of two.
        MayAdopt = options.Store == StoreKind.Files,
        Told = told,
    };

    /// <summary>Where its group's record is.</summary>
    public static ZooKeeperOptions ZooKeeperOf(ForewaveBrokerOptions options) => new()
    {
        Servers = options.ZooKeeper!, SessionTimeout = options.ZooKeeperSession, Time = options.TimeProvider,
    };

    // Where it listens at every address of its host, that host is called as its clients call it.
    private static string HttpOf(ForewaveBrokerOptions options, IPEndPoint? http) => http switch
    {
        null => "",
        _ when IsAnywhere(http.Address) && options.Advertise is { } advertised => $"{advertised[..advertised.LastIndexOf(':')]}:{http.Port}",
        _ => http.ToString(),
    };

    private static bool IsAnywhere(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static bool ListensWhereItIsReached(ForewaveBrokerOptions options) =>
        options.Listen is null || ListenPlan.Of(options).Listen is not { } listen || !IsAnywhere(listen.EndPoint.Address);

    private static void Require(bool isRight, string wrong)
    {
        if (!isRight)
            throw new ArgumentException(wrong);
    }
}
