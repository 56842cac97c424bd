using Forewave.Broker.Queues;
using Forewave.Broker.Quotas;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Broker.Settings;

/// <summary>What counts at a moment: the options of the start with the live settings over them. Immutable; another one after each change.</summary>
internal sealed class LiveTerms
{
    private static readonly (string Key, MessageCapabilities Flag)[] OfMessages =
    [
        ("scheduling", MessageCapabilities.Delays), ("ordering", MessageCapabilities.Ordering), ("priorities", MessageCapabilities.Priorities),
        ("expiry", MessageCapabilities.Expiry), ("deduplication", MessageCapabilities.Deduplication),
    ];

    private readonly QueueSwitch _publish;
    private readonly QueueSwitch _consume;
    private readonly QueueSwitch _search;
    private readonly QueueSwitch _createQueues;
    private readonly (QueueSwitch Switch, MessageCapabilities Flag)[] _messages;
    private readonly QueueNumber _queueMessages;
    private readonly QueueNumber _queueBytes;
    private readonly QueueNumber _queueLength;
    private readonly SettingTable _counting;
    private readonly TimeProvider _time;

    private LiveTerms(BrokerOptions atStart, BrokerOptions options, (SettingTable Kept, SettingTable Counting) tables, TimeProvider time)
    {
        var table = tables.Counting;
        (Options, Table, _counting, _time) = (options, tables.Kept, table, time);
        _publish = new QueueSwitch(table, "publish", atStart: true);
        _consume = new QueueSwitch(table, "consume", atStart: true);
        _search = new QueueSwitch(table, "search", atStart: true);
        _createQueues = new QueueSwitch(table, "createQueues", atStart.CreateQueues);
        // What the broker was started without is refused before: here counts what was switched off since.
        _messages = [.. OfMessages.Select(one => (new QueueSwitch(table, one.Key, atStart: true), one.Flag))];
        IsReadOnly = table.ValueOf("readOnly") == LiveSetting.On;
        HttpApi = table.ValueOf("httpApi") != LiveSetting.Off;
        _queueMessages = new QueueNumber(table, "queueMessagesPerSecond");
        _queueBytes = new QueueNumber(table, "queueBytesPerSecond");
        _queueLength = new QueueNumber(table, "queueLength");
        ConnectionRates = (NumberOf("connectionMessagesPerSecond"), NumberOf("connectionBytesPerSecond"));
        bool hasUserRates = NumberOf("userMessagesPerSecond") + NumberOf("userBytesPerSecond") > 0
            || table.ScopesOf("userMessagesPerSecond").Concat(table.ScopesOf("userBytesPerSecond")).Any(static one => one.Value != "0");
        bool hasQuotas = !_queueMessages.IsNone || !_queueBytes.IsNone || !_queueLength.IsNone || ConnectionRates != (0, 0) || hasUserRates;
        TakesEverything = !hasQuotas && !IsReadOnly && _publish.IsOnEverywhere && _messages.All(one => one.Switch.IsOnEverywhere);
        SwitchesOff = (IsReadOnly ? 1 : 0) + _publish.CountOff + _consume.CountOff + LiveSettings.All.Where(setting => setting.IsSwitch && setting.Key is not ("publish" or "consume"))
            .Sum(setting => (table.ValueOf(setting.Key) == LiveSetting.Off ? 1 : 0) + table.ScopesOf(setting.Key).Count(one => one.Value == LiveSetting.Off));
    }

    /// <summary>The options that count.</summary>
    public BrokerOptions Options { get; }

    /// <summary>The live settings as they are kept, also those that do not count.</summary>
    public SettingTable Table { get; }

    /// <summary>Whether a live setting counts: not one that this version does not know or cannot read, and none where the broker was started without.</summary>
    public bool IsCounting(string name) => _counting.ValueOf(name) is not null;

    /// <summary>No message is taken and no queue is made, by command.</summary>
    public bool IsReadOnly { get; }

    /// <summary>The HTTP API answers, where the broker was started with it.</summary>
    public bool HttpApi { get; }

    /// <summary>Nothing that is set live refuses any publish: so nobody looks further.</summary>
    public bool TakesEverything { get; }

    /// <summary>Whether the messages of a queue are handed out.</summary>
    public bool Consumes(QueueEntry queue) => _consume.IsOnEverywhere || queue.TermsUnder(this).Consumes;

    /// <summary>Switches that were set to off, read-only among them.</summary>
    public int SwitchesOff { get; }

    /// <summary>With what is set live.</summary>
    public static LiveTerms Of(BrokerOptions atStart, SettingTable table, TimeProvider time)
    {
        var counting = CountingOf(atStart, table);
        var options = atStart;
        foreach (var setting in LiveSettings.All.Where(setting => setting.Apply is not null))
        {
            if (counting.ValueOf(setting.Key) is { } value && !(setting.NeedsStart && setting.AtStart(atStart) == LiveSetting.Off))
                options = setting.Apply!(options, value);
        }
        return new LiveTerms(atStart, options, (table, counting), time);
    }

    /// <summary>Messages and bytes a second of each connection; 0: no bound.</summary>
    public (long Messages, long Bytes) ConnectionRates { get; }

    /// <summary>Messages and bytes a second of a user, over all of its connections; 0: no bound.</summary>
    public (long Messages, long Bytes) UserRates(string user) => (OfUser(("userMessagesPerSecond", user)), OfUser(("userBytesPerSecond", user)));

    /// <summary>Connections of a user; 0: no bound.</summary>
    public long ConnectionsOf(string user) => OfUser(("userConnections", user));

    /// <summary>What counts for a queue.</summary>
    /// <param name="queue">Its name.</param>
    /// <param name="before">What counted before: what was taken of a rate that stays as it was counts on.</param>
    public QueueTerms Of(QueueName queue, QueueTerms? before) => new()
    {
        Live = this,
        Rate = RateQuota.Of((_queueMessages.Of(queue), _queueBytes.Of(queue)), before?.Rate, _time),
        MaxLength = _queueLength.Of(queue),
        PublishRefusal = IsReadOnly ? ErrorCode.ReadOnly : _publish.IsOn(queue) ? ErrorCode.None : ErrorCode.PublishOff,
        Consumes = _consume.IsOn(queue),
        Searches = _search.IsOn(queue),
        Off = _messages.Where(one => !one.Switch.IsOn(queue)).Aggregate(MessageCapabilities.None, (all, one) => all | one.Flag),
    };

    /// <summary>Refuses to make a queue by its first use.</summary>
    /// <exception cref="RefusedException">ReadOnly, QueueCreationOff.</exception>
    public void RequireCreation(QueueName queue)
    {
        RequireWrites();
        if (!_createQueues.IsOn(queue))
            throw new RefusedException(ErrorCode.QueueCreationOff);
    }

    /// <summary>Refuses what makes something new while the broker is read-only.</summary>
    /// <exception cref="RefusedException">ReadOnly.</exception>
    public void RequireWrites()
    {
        if (IsReadOnly)
            throw new RefusedException(ErrorCode.ReadOnly, "The broker was made read-only by command.");
    }

    /// <summary>Refuses what was switched off since the start.</summary>
    /// <param name="isOn">Whether it was not.</param>
    /// <param name="key">Its setting.</param>
    /// <exception cref="RefusedException">CapabilityOff.</exception>
    public static void Require(bool isOn, string key)
    {
        if (!isOn)
            throw new RefusedException(ErrorCode.CapabilityOff, $"The setting {key} is off.");
    }

    // What another version set and this one does not understand stays kept, and can be unset.
    private static SettingTable CountingOf(BrokerOptions atStart, SettingTable table)
    {
        if (!atStart.LiveSettings)
            return SettingTable.Empty;
        string[] others = [.. table.Entries.Values.Where(static entry => !LiveSettings.IsUnderstood(entry)).Select(static entry => entry.Name)];
        return others.Length == 0 ? table : table with { Entries = table.Entries.RemoveRange(others) };
    }

    private long NumberOf(string name) => _counting.ValueOf(name) is { } value ? LiveSetting.NumberOf(value) : 0;

    private long OfUser((string Key, string User) of) => _counting.ValueOf($"{of.Key}@{of.User}") is { } own ? LiveSetting.NumberOf(own) : NumberOf(of.Key);
}
