using System.Runtime.CompilerServices;
using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Administration;

/// <summary>
/// Looks at queues, groups and dead letters and changes them. Thread-safe. A call costs one round trip (a list: one for each
/// 1,000 entries); what changes something completes when that is on stable storage.
/// <para>
/// Every call throws <see cref="ForewaveException"/>: what the broker refused, for example <c>QueueNotFound</c>, or
/// <c>Timeout</c> where there was no connection within the client's request timeout, <c>OutcomeUnknown</c> where no answer
/// came within it or the connection ended before, <c>CapabilityMissing</c> where the broker is too old for it. What only looks
/// is asked again over the next connection. Cancellation ends the wait, not the change.
/// </para>
/// <para>
/// Of several partitions all are asked, unless <see cref="ForewaveClientOptions.Partition"/> names one, and their answers are merged; a message is
/// asked of its own partition. What shows one thing says in <c>Unanswered</c> which partitions did not answer; a list ends with
/// <c>PartitionsUnanswered</c> after all that the others have. What changes something does nothing where a partition cannot be reached
/// (<c>PartitionsUnanswered</c> too); one that goes away in between makes it an error whose text says where it was done: do it again. Only
/// offsets mean another message at each partition: with them it is <c>PartitionNeeded</c>.
/// </para>
/// </summary>
public sealed class BrokerAdministration
{
    private const uint PageEntries = 1_000;
    private readonly AdministrationCalls _calls;
    private readonly DeadLetterReading _dead;

    internal BrokerAdministration(AdministrationCalls calls)
    {
        _calls = calls;
        _dead = new DeadLetterReading(calls);
        DeadLetters = new DeadLetterAdministration(calls);
        Schedules = new ScheduleAdministration(calls);
        Messages = new MessageAdministration(calls);
        Groups = new GroupAdministration(calls);
        Search = new MessageSearch(calls);
        Backups = new BackupAdministration(calls);
        Users = new UserAdministration(calls);
        Settings = new SettingAdministration(calls);
        Drains = new DrainAdministration(calls);
        Transactions = new TransactionAdministration(calls);
    }

    /// <summary>Users, their rights and tokens.</summary>
    public UserAdministration Users { get; }

    /// <summary>Settings that are changed while the broker runs.</summary>
    public SettingAdministration Settings { get; }

    /// <summary>Draining a broker before it is stopped.</summary>
    public DrainAdministration Drains { get; }
    /// <summary>Transactions that are not decided.</summary>
    public TransactionAdministration Transactions { get; }

    /// <summary>Single messages, by their ids.</summary>
    public MessageAdministration Messages { get; }

    /// <summary>Scheduled and recurring messages.</summary>
    public ScheduleAdministration Schedules { get; }

    /// <summary>Redrives and purges of dead letters that can be watched, cancelled and undone, and who did which.</summary>
    public DeadLetterAdministration DeadLetters { get; }

    /// <summary>Groups that are to read again.</summary>
    public GroupAdministration Groups { get; }

    /// <summary>Finding messages and browsing queues.</summary>
    public MessageSearch Search { get; }

    /// <summary>Backups that a broker on files takes of itself.</summary>
    public BackupAdministration Backups { get; }

    /// <summary>The queues, in the order of their names.</summary>
    /// <param name="prefix">Only names that start with this. Default: all.</param>
    /// <param name="cancellation">Ends the listing.</param>
    public async IAsyncEnumerable<QueueDetails> ListQueuesAsync(
        string prefix = "", [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        V1.ListQueues page = new() { Prefix = prefix, Max = PageEntries };
        V1.QueueList list;
        IReadOnlyList<PartitionNumber> unanswered = [];
        do
        {
            AllAnswers all = await _calls.AskAllAsync(new V1.AdministrationRequest { ListQueues = page }, cancellation).ConfigureAwait(false);
            list = all.Answer.Queues;
            unanswered = [.. unanswered.Union(all.Unanswered)];
            foreach (V1.QueueDetails queue in list.Queues)
            {
                yield return AdministrationAnswers.ToQueue(queue) with { Unanswered = all.Unanswered };
                page.After = queue.Queue;
            }
        }
        while (list.More);
        ThrowWhereMissing(unanswered);
    }

    /// <summary>One queue.</summary>
    public async ValueTask<QueueDetails> ShowQueueAsync(QueueName queue, CancellationToken cancellation = default)
    {
        AllAnswers all = await _calls.AskAllAsync(new() { ShowQueue = new() { Queue = queue.Value } }, cancellation).ConfigureAwait(false);
        return ToQueue(all.Answer) with { Unanswered = all.Unanswered };
    }

    /// <summary>Makes a queue.</summary>
    /// <exception cref="ForewaveException"><c>QueueExists</c>, and what the class says.</exception>
    public async ValueTask<QueueDetails> CreateQueueAsync(
        QueueName queue, QueueSettings? settings = null, CancellationToken cancellation = default)
    {
        V1.CreateQueue create = new() { Queue = queue.Value, Options = AdministrationAnswers.FromSettings(settings ?? new()) };
        return ToQueue(await AskAsync(new() { CreateQueue = create }, cancellation).ConfigureAwait(false));
    }

    /// <summary>Changes a queue's options.</summary>
    public async ValueTask<QueueDetails> SetQueueAsync(
        QueueName queue, QueueSettings settings, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        V1.SetQueue set = new() { Queue = queue.Value, Options = AdministrationAnswers.FromSettings(settings) };
        return ToQueue(await AskAsync(new() { SetQueue = set }, cancellation).ConfigureAwait(false));
    }

    /// <summary>Removes every message that is in a queue now; returns how many that were.</summary>
    public ValueTask<long> PurgeQueueAsync(QueueName queue, CancellationToken cancellation = default) =>
        ChangeAsync(new() { PurgeQueue = new() { Queue = queue.Value } }, cancellation);

    /// <summary>Deletes a queue with its groups and their dead letters; returns how many messages were in it.</summary>
    public ValueTask<long> DeleteQueueAsync(QueueName queue, CancellationToken cancellation = default) =>
        ChangeAsync(new() { DeleteQueue = new() { Queue = queue.Value } }, cancellation);

    /// <summary>The groups of a queue, or of all queues.</summary>
    /// <param name="queue">Null: of all queues.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async ValueTask<IReadOnlyList<GroupDetails>> ListGroupsAsync(
        QueueName? queue = null, CancellationToken cancellation = default)
    {
        V1.ListGroups list = new() { Queue = queue is { } name ? name.Value : "" };
        AllAnswers all = await _calls.AskAllAsync(new() { ListGroups = list }, cancellation).ConfigureAwait(false);
        if (all.Answer.Groups.Groups.Count == 0)
        {
            // There is no group to say it.
            ThrowWhereMissing(all.Unanswered);
        }

        return [.. all.Answer.Groups.Groups.Select(group => GroupAnswers.ToGroup(group) with { Unanswered = all.Unanswered })];
    }

    /// <summary>One group.</summary>
    public async ValueTask<GroupDetails> ShowGroupAsync(
        QueueName queue, GroupName group, CancellationToken cancellation = default)
    {
        V1.ShowGroup show = new() { Queue = queue.Value, Group = group.Value };
        AllAnswers all = await _calls.AskAllAsync(new() { ShowGroup = show }, cancellation).ConfigureAwait(false);
        return ToGroup(all.Answer) with { Unanswered = all.Unanswered };
    }

    /// <summary>Changes a group's options.</summary>
    public ValueTask<GroupDetails> SetGroupAsync(
        QueueName queue, GroupName group, GroupSettings settings, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        V1.SetGroup set = new()
        {
            Queue = queue.Value, Group = group.Value, Options = GroupAnswers.FromSettings(settings),
        };
        return SetGroupAsync(set, cancellation);
    }

    /// <summary>Makes a group, or changes the options of one that exists.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="group">The group.</param>
    /// <param name="settings">Null: the defaults.</param>
    /// <param name="start">Where it starts when it is made. Null: the earliest message.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public ValueTask<GroupDetails> CreateGroupAsync(
        QueueName queue, GroupName group, GroupSettings? settings = null, Offset? start = null, CancellationToken cancellation = default)
    {
        V1.SetGroup set = new()
        {
            Queue = queue.Value,
            Group = group.Value,
            Options = GroupAnswers.FromSettings(settings ?? new()),
            Create = true,
            StartOffset = (ulong)(start?.Value ?? 0),
        };
        return SetGroupAsync(set, cancellation);
    }

    /// <summary>A parked ordering key of a group goes on.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="group">The group.</param>
    /// <param name="orderingKey">The key.</param>
    /// <param name="giveUp">True: without the message that failed, which becomes a dead letter. Else that gets another attempt.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ForewaveException"><c>KeyNotParked</c>.</exception>
    public async ValueTask ResumeKeyAsync(
        QueueName queue, GroupName group, string orderingKey, bool giveUp = false, CancellationToken cancellation = default)
    {
        V1.ResumeKey resume = new() { Queue = queue.Value, Group = group.Value, OrderingKey = orderingKey, GiveUp = giveUp };
        await ChangeAsync(new() { ResumeKey = resume }, cancellation).ConfigureAwait(false);
    }

    /// <summary>Deletes a group with its dead letters; its consumers are told.</summary>
    public async ValueTask DeleteGroupAsync(QueueName queue, GroupName group, CancellationToken cancellation = default)
    {
        V1.DeleteGroup delete = new() { Queue = queue.Value, Group = group.Value };
        await ChangeAsync(new() { DeleteGroup = delete }, cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// The dead letters of a group without their messages: in the order of their places; of several partitions by the time of their death, then
    /// by partition.
    /// </summary>
    public IAsyncEnumerable<DeadLetter> ListDeadLettersAsync(
        QueueName queue, GroupName group, CancellationToken cancellation = default) => _dead.ListAsync(queue, group, "", cancellation);

    /// <summary>The same, of those that a filter takes (<see cref="DeadOperationTerms.Filter"/>).</summary>
    /// <exception cref="ForewaveException"><c>DeadFilterInvalid</c>, and what the class says.</exception>
    public IAsyncEnumerable<DeadLetter> ListDeadLettersAsync(
        QueueName queue, GroupName group, string filter, CancellationToken cancellation = default) => _dead.ListAsync(queue, group, filter, cancellation);

    /// <summary>One dead letter with its message.</summary>
    /// <exception cref="ForewaveException">
    /// <c>DeadLetterNotFound</c>; <c>PartitionNeeded</c>: there are several, and the place names none; and what the class says.
    /// </exception>
    public ValueTask<DeadLetter> ShowDeadLetterAsync(
        QueueName queue, GroupName group, DeadPlace place, CancellationToken cancellation = default) => _dead.ShowAsync(queue, group, place, cancellation);

    /// <summary>Makes dead letters available to their group, and to no other, again; returns how many.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="group">The group.</param>
    /// <param name="places">Which. Null: all. Those of a partition are redriven together or, if one is none, not at all.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public ValueTask<long> RedriveAsync(
        QueueName queue, GroupName group, IEnumerable<DeadPlace>? places = null, CancellationToken cancellation = default) =>
        DoAsync(queue, group, DeadAction.Redrive, places, cancellation);

    /// <summary>Removes dead letters; returns how many. <see cref="DeadLetterAdministration.UndoAsync"/> brings them back for a while.</summary>
    /// <inheritdoc cref="RedriveAsync"/>
    public ValueTask<long> PurgeDeadLettersAsync(
        QueueName queue, GroupName group, IEnumerable<DeadPlace>? places = null, CancellationToken cancellation = default) =>
        DoAsync(queue, group, DeadAction.Purge, places, cancellation);

    /// <summary>The broker that the client is connected to.</summary>
    public async ValueTask<BrokerDetails> ShowBrokerAsync(CancellationToken cancellation = default)
    {
        V1.AdministrationAnswer answer = await AskAsync(new() { ShowBroker = new() }, cancellation).ConfigureAwait(false);
        return AdministrationAnswers.ToBroker(answer.Broker);
    }

    private async ValueTask<long> DoAsync(
        QueueName queue, GroupName group, DeadAction action, IEnumerable<DeadPlace>? places, CancellationToken cancellation)
    {
        DeadOperationTerms terms = new() { Action = action };
        return (await DeadLetters.DoAsync(queue, group, terms, places?.ToList(), cancellation).ConfigureAwait(false)).Messages;
    }

    private static void ThrowWhereMissing(IReadOnlyList<PartitionNumber> unanswered)
    {
        if (unanswered.Count > 0)
        {
            throw AdministrationCalls.Unanswered(unanswered, "their part is missing");
        }
    }

    private static QueueDetails ToQueue(V1.AdministrationAnswer answer) => AdministrationAnswers.ToQueue(answer.Queue);

    private static GroupDetails ToGroup(V1.AdministrationAnswer answer) => GroupAnswers.ToGroup(answer.Group);

    private async ValueTask<GroupDetails> SetGroupAsync(V1.SetGroup set, CancellationToken cancellation) =>
        ToGroup(await AskAsync(new() { SetGroup = set }, cancellation).ConfigureAwait(false));

    private async ValueTask<long> ChangeAsync(V1.AdministrationRequest request, CancellationToken cancellation) =>
        (long)((await AskAsync(request, cancellation).ConfigureAwait(false)).Changed?.Messages ?? 0);

    private ValueTask<V1.AdministrationAnswer> AskAsync(V1.AdministrationRequest request, CancellationToken cancellation) =>
        _calls.AskAsync(request, cancellation);
}
