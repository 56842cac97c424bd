using Forewave.Coordination;
using Forewave.Protocol;

namespace Forewave.Server.Cluster;

/// <summary>
/// Sets a group's record where no broker may: makes the one master whose master is gone for good, or makes a record for a database
/// that was served before. The record is set by its version, so a broker that set it meanwhile wins. The broker that becomes master does the rest
/// by itself. Stateless but for the desk.
/// </summary>
internal sealed class RecordByHand(ClusterDesk desk, TimeProvider time)
{
    /// <summary>
    /// Looks whether a broker may be made master though its database may lack what was answered: its record names no slave, the
    /// master is not announced, and the master's database does not answer from the broker. Changes nothing.
    /// </summary>
    /// <param name="group">The group, as it was read now.</param>
    /// <returns>The broker that becomes master.</returns>
    /// <exception cref="ForewaveException">PromotionRefused, BrokerNotThere: the text says what is in the way.</exception>
    public static BrokerStanding CheckPromotion(GroupStanding group)
    {
        if (group.Group is not { } known)
            throw new ForewaveException(ErrorCode.PromotionRefused, $"Partition {group.Partition} has no record: 'forewave cluster adopt' makes one.");
        string master = known.Record.Master;
        if (group.Master is { } present)
            throw new ForewaveException(ErrorCode.PromotionRefused, $"Broker {present.Announced.Broker} announces itself as master at {present.Announced.Address}: it is not gone.");
        if (group.Find(master) is { } there)
            throw new ForewaveException(ErrorCode.PromotionRefused, $"Broker {master} is there, at {there.Announced.Address}, and becomes master again when its database answers: {SaysOf(there)}");
        var other = group.Brokers.FirstOrDefault(broker => broker.Announced.Broker != master)
            ?? throw new ForewaveException(ErrorCode.BrokerNotThere, $"No other broker of partition {group.Partition} announces itself: start the one that is to become master.");
        string name = other.Announced.Broker;
        if (known.Record.InSync.Any(member => member.Broker == name && member.Run == other.Announced.Run && member.Run.Length > 0))
            throw new ForewaveException(ErrorCode.PromotionRefused, $"Broker {name} is in sync and takes over by itself, without a loss: {SaysOf(other)}");
        Require(other);
        return other.PeerAnswers
            ? throw new ForewaveException(ErrorCode.PromotionRefused, $"The database of broker {master} answers: start that broker. Where it is gone for good, stop its database's server first, so that nothing can be answered there.")
            : other;
    }

    /// <summary>Makes a broker the master by the record; it opens the partition by itself.</summary>
    /// <param name="group">The group, as it was checked.</param>
    /// <param name="broker">From <see cref="CheckPromotion"/>.</param>
    /// <param name="who">Who says so, for the logs.</param>
    /// <param name="cancellation">May interrupt; then it is done or not.</param>
    /// <exception cref="ForewaveException">GroupRecordChanged, CoordinationExpired.</exception>
    public Task PromoteAsync(GroupStanding group, BrokerStanding broker, OperatorName who, CancellationToken cancellation)
    {
        var before = group.Group!.Record;
        string name = broker.Announced.Broker;
        GroupRecord wanted = new()
        {
            Epoch = before.Epoch.Next, Master = name, InSync = [new() { Broker = name }],
            Note = NoteOf(who, $"promoted in place of {before.Master} (epoch {before.Epoch}), its loss accepted"),
        };
        return SetAsync(group, wanted, cancellation);
    }

    /// <summary>Looks whether a record may be made that names a broker. Changes nothing.</summary>
    /// <param name="group">The group, as it was read now.</param>
    /// <param name="name">The broker that becomes master.</param>
    /// <param name="acceptLoss">Also where the other database has more, or cannot be compared.</param>
    /// <exception cref="ForewaveException">GroupRecordExists, BrokerNotThere, PromotionRefused.</exception>
    public static BrokerStanding CheckAdoption(GroupStanding group, string name, bool acceptLoss)
    {
        if (group.Group is { } known)
            throw new ForewaveException(ErrorCode.GroupRecordExists, $"Partition {group.Partition} has a record: broker {known.Record.Master} is its master under epoch {known.Record.Epoch}.");
        var broker = group.Find(name)
            ?? throw new ForewaveException(ErrorCode.BrokerNotThere, $"Broker {name} does not announce itself in partition {group.Partition}; there are: {string.Join(", ", group.Brokers.Select(one => one.Announced.Broker))}.");
        if (broker.Report is { } report && !report.TryGetProperty("database", out _))
            return broker;
        Require(broker);
        if (acceptLoss)
            return broker;
        if (!broker.PeerAnswers)
            throw new ForewaveException(ErrorCode.PromotionRefused, $"The other database of the group does not answer broker {name}: which of them has more is not known. Start it, or accept the loss of what only that one has.");
        string lacks = broker.DatabaseText("lacks");
        return lacks.Length == 0
            ? broker
            : throw new ForewaveException(ErrorCode.PromotionRefused, $"The other database of the group has what that of broker {name} lacks, up to {lacks}: adopt the other broker, or accept the loss.");
    }

    /// <summary>Makes a record for a partition that has none.</summary>
    /// <param name="group">The group, as it was checked.</param>
    /// <param name="broker">From <see cref="CheckAdoption"/>.</param>
    /// <param name="who">Who says so, for the logs.</param>
    /// <param name="cancellation">May interrupt; then it is done or not.</param>
    /// <exception cref="ForewaveException">GroupRecordChanged, CoordinationExpired.</exception>
    public Task AdoptAsync(GroupStanding group, BrokerStanding broker, OperatorName who, CancellationToken cancellation)
    {
        string name = broker.Announced.Broker;
        // The broker raises it before it serves.
        Epoch epoch = broker.DatabaseEpoch > 0 ? new Epoch(broker.DatabaseEpoch) : Epoch.None.Next;
        GroupRecord wanted = new() { Epoch = epoch, Master = name, InSync = [new() { Broker = name }], Note = NoteOf(who, "adopted: there was no record") };
        return SetAsync(group, wanted, cancellation);
    }

    private async Task SetAsync(GroupStanding group, GroupRecord wanted, CancellationToken cancellation)
    {
        var result = await desk.Session.SetAsync(group.Partition, wanted, group.Group?.Version, cancellation);
        if (result.Outcome == SetOutcome.Conflict)
            throw new ForewaveException(ErrorCode.GroupRecordChanged, $"The record of partition {group.Partition} was set meanwhile: {Describe(result.Current)}.");
        if (result.Outcome == SetOutcome.Unknown)
            throw new ForewaveException(ErrorCode.CoordinationExpired, $"The session ended while the record of partition {group.Partition} was set: look whether it was.");
    }

    private static void Require(BrokerStanding broker)
    {
        if (!broker.HasDatabase)
            throw new ForewaveException(ErrorCode.BrokerNotThere, $"Broker {broker.Announced.Broker} does not say how its database does: {(broker.Failure.Length > 0 ? broker.Failure : broker.DatabaseText("failure"))}");
    }

    private static string SaysOf(BrokerStanding broker) => broker.Report is { } report ? report.GetProperty("says").GetString() ?? "" : broker.Failure;

    private static string Describe(VersionedGroup? now) =>
        now is { } group ? $"broker {group.Record.Master} is master under epoch {group.Record.Epoch}" : "there is none now";

    private string NoteOf(OperatorName who, string what) => $"{what}, by {who.Value} at {time.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss'Z'}";
}
