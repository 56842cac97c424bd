using Forewave.Protocol;

namespace Forewave.Coordination.Members;

/// <summary>Reads and changes of a group's record.</summary>
internal static class GroupRecords
{
    /// <summary>The run of the slave that is in sync; empty: none is.</summary>
    public static string SlaveRun(this GroupRecord record) =>
        record.InSync.FirstOrDefault(member => member.Broker != record.Master)?.Run ?? "";

    /// <summary>The record with no slave in sync.</summary>
    public static GroupRecord Alone(this GroupRecord record) => record with { InSync = [new() { Broker = record.Master }] };

    /// <summary>The record with a slave's run in sync.</summary>
    public static GroupRecord With(this GroupRecord record, BrokerAnnouncement slave) =>
        record with { InSync = [new() { Broker = record.Master }, new() { Broker = slave.Broker, Run = slave.Run }] };

    /// <summary>A record under which a broker serves alone.</summary>
    public static GroupRecord Of(string broker, Epoch epoch) => new() { Epoch = epoch, Master = broker, InSync = [new() { Broker = broker }] };

    /// <summary>An epoch that nobody had.</summary>
    public static Epoch After(Epoch one, Epoch other) => (one > other ? one : other).Next;
}
