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

    private LiveTerms(BrokerOptions atStart, BrokerOptions options, SettingTable table)
    {
        (Options, Table) = (options, table);
        _publish = new QueueSwitch(table, "publish", atStart: true);
        _consume = new QueueSwitch(table, "consume", atStart: true);
        _search = new QueueSwitch(table, "search", atStart: true);
        _createQueues = new QueueSwitch(table, "createQueues", atStart.CreateQueues);
        // What the broker was started without is refused before: here counts what was switched off since.
        _messages = [.. OfMessages.Select(one => (new QueueSwitch(table, one.Key, atStart: true), one.Flag))];
        IsReadOnly = table.ValueOf("readOnly") == LiveSetting.On;
        HttpApi = table.ValueOf("httpApi") != LiveSetting.Off;
        TakesEverything = !IsReadOnly && _publish.IsOnEverywhere && _messages.All(one => one.Switch.IsOnEverywhere);
        SwitchesOff = (IsReadOnly ? 1 : 0) + _publish.CountOff + _consume.CountOff + LiveSettings.All.Where(setting => setting.IsSwitch && setting.Key is not ("publish" or "consume"))
            .Sum(setting => (table.ValueOf(setting.Key) == LiveSetting.Off ? 1 : 0) + table.ScopesOf(setting.Key).Count(one => one.Value == LiveSetting.Off));
    }

    /// <summary>The options that count.</summary>
    public BrokerOptions Options { get; }

    /// <summary>The live settings.</summary>
    public SettingTable Table { get; }

    /// <summary>No message is taken and no queue is made, by command.</summary>
    public bool IsReadOnly { get; }

    /// <summary>The HTTP API answers, where the broker was started with it.</summary>
    public bool HttpApi { get; }

    /// <summary>Nothing that is set live refuses any publish: so nobody looks further.</summary>
    public bool TakesEverything { get; }

    /// <summary>Switches that were set to off, read-only among them.</summary>
    public int SwitchesOff { get; }

    /// <summary>With what is set live.</summary>
    public static LiveTerms Of(BrokerOptions atStart, SettingTable table)
    {
        var options = atStart;
        foreach (var setting in LiveSettings.All.Where(setting => setting.Apply is not null))
        {
            if (table.ValueOf(setting.Key) is { } value && !(setting.NeedsStart && setting.AtStart(atStart) == LiveSetting.Off))
                options = setting.Apply!(options, value);
        }
        return new LiveTerms(atStart, options, table);
    }

    /// <summary>What counts for a queue.</summary>
    public QueueTerms Of(QueueName queue) => new()
    {
        Live = this,
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
}
