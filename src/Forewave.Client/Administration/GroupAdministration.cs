using System.Runtime.CompilerServices;
using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Administration;

/// <summary>
/// Looks closely at groups and lets them read again. Thread-safe. Costs, errors and cancellation are those of <see cref="BrokerAdministration"/>; a broker
/// that has it switched off answers <c>CapabilityMissing</c>.
/// </summary>
public sealed class GroupAdministration
{
    private const uint PageRuns = 1_000;
    private readonly AdministrationCalls _calls;

    internal GroupAdministration(AdministrationCalls calls) => _calls = calls;

    /// <summary>
    /// Lets a group begin anew somewhere: what is before that is settled, what comes from there on was never handed out, as far
    /// as the group knows. Dead letters stay. Handles from before are lost. Of several partitions all are asked first what it would mean, and
    /// nothing is done where one does not answer or has consumers; a place that is an offset needs the partition that it is of.
    /// </summary>
    /// <param name="queue">The queue.</param>
    /// <param name="group">The group.</param>
    /// <param name="to">Where.</param>
    /// <param name="force">Also where consumers are subscribed.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ForewaveException"><c>GroupHasConsumers</c>, <c>ResetTargetInvalid</c>, <c>PartitionNeeded</c>.</exception>
    public async ValueTask<GroupReset> ResetAsync(
        QueueName queue, GroupName group, ResetTarget to, bool force = false, CancellationToken cancellation = default)
    {
        if ((await _calls.TargetsAsync(cancellation).ConfigureAwait(false)).Count > 1)
        {
            GroupReset dry = await TryResetAsync(queue, group, to, cancellation).ConfigureAwait(false);
            if (dry.Consumers > 0 && !force)
            {
                throw new ForewaveException(ErrorCode.GroupHasConsumers, $"Group {group} of queue {queue} has consumers: {dry.Consumers}, and was not reset at any partition.");
            }
        }

        return await ResetAsync(Request(queue, group, to, new V1.ResetGroup { Force = force }), cancellation).ConfigureAwait(false);
    }

    /// <summary>Says what <see cref="ResetAsync(QueueName, GroupName, ResetTarget, bool, CancellationToken)"/> would do, and changes nothing.</summary>
    /// <exception cref="ForewaveException"><c>ResetTargetInvalid</c>.</exception>
    public ValueTask<GroupReset> TryResetAsync(
        QueueName queue, GroupName group, ResetTarget to, CancellationToken cancellation = default) =>
        ResetAsync(Request(queue, group, to, new V1.ResetGroup { DryRun = true }), cancellation);

    /// <summary>
    /// Lets settled messages of a range come to a group once more, after everything else that it gets. Its place in the queue stays,
    /// other groups do not notice. Comes back when it has begun; <see cref="GroupDetails.Replay"/> tells how far it is. Of several partitions each
    /// replays its part, at an equal share of the rate; all are asked first what it would mean, and nothing is begun where one does not answer.
    /// </summary>
    /// <param name="queue">The queue.</param>
    /// <param name="group">The group.</param>
    /// <param name="range">Which messages, and how fast.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ForewaveException"><c>ReplayRangeInvalid</c>, <c>ReplayRunning</c>, <c>TooManyReplays</c>, <c>PartitionNeeded</c>.</exception>
    public async ValueTask<GroupReplay> ReplayAsync(
        QueueName queue, GroupName group, ReplayRange range, CancellationToken cancellation = default)
    {
        if ((await _calls.TargetsAsync(cancellation).ConfigureAwait(false)).Count > 1)
        {
            await TryReplayAsync(queue, group, range, cancellation).ConfigureAwait(false);
        }

        return await ReplayAsync(Request(queue, group, range), cancellation).ConfigureAwait(false);
    }

    /// <summary>Says what <see cref="ReplayAsync(QueueName, GroupName, ReplayRange, CancellationToken)"/> would mean, and changes nothing.</summary>
    /// <exception cref="ForewaveException"><c>ReplayRangeInvalid</c>.</exception>
    public ValueTask<GroupReplay> TryReplayAsync(
        QueueName queue, GroupName group, ReplayRange range, CancellationToken cancellation = default)
    {
        V1.ReplayGroup request = Request(queue, group, range);
        request.DryRun = true;
        return ReplayAsync(request, cancellation);
    }

    /// <summary>Calls the replay of a group off: what is left of it does not come. Returns the group after it.</summary>
    /// <exception cref="ForewaveException"><c>NoReplay</c>.</exception>
    public async ValueTask<GroupDetails> CancelReplayAsync(QueueName queue, GroupName group, CancellationToken cancellation = default)
    {
        V1.CancelReplay cancel = new() { Queue = queue.Value, Group = group.Value };
        return GroupAnswers.ToGroup((await _calls.AskAsync(new() { CancelReplay = cancel }, cancellation).ConfigureAwait(false)).Group);
    }

    /// <summary>
    /// Who has which messages of a group, in the order of their offsets; of several partitions, one after the other. One round trip for each
    /// 1,000 runs.
    /// </summary>
    public async IAsyncEnumerable<LeaseDetails> ListLeasesAsync(
        QueueName queue, GroupName group, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        IReadOnlyList<PartitionTarget> targets = await _calls.TargetsAsync(cancellation).ConfigureAwait(false);
        await foreach (LeaseDetails lease in PartitionStreams.MergeAsync(
            targets, target => ListLeasesAsync(target, queue, group, cancellation), ByPartition, cancellation).ConfigureAwait(false))
        {
            yield return lease;
        }
    }

    private static int ByPartition(LeaseDetails one, LeaseDetails other) => one.Partition!.Value.CompareTo(other.Partition!.Value);

    private async IAsyncEnumerable<LeaseDetails> ListLeasesAsync(
        PartitionTarget target, QueueName queue, GroupName group, [EnumeratorCancellation] CancellationToken cancellation)
    {
        V1.ListLeases page = new() { Queue = queue.Value, Group = group.Value, Max = PageRuns };
        do
        {
            V1.LeaseList list = (await _calls.AskAsync(new() { ListLeases = page }, target, cancellation).ConfigureAwait(false)).Leases;
            foreach (V1.Lease lease in list.Leases)
            {
                yield return GroupAnswers.ToLease(lease) with { Partition = target.Partition };
            }

            page.From = list.Next;
        }
        while (page.From != 0);
    }

    private static V1.ResetGroup Request(QueueName queue, GroupName group, ResetTarget to, V1.ResetGroup request)
    {
        request.Queue = queue.Value;
        request.Group = group.Value;
        if (to.Time is { } time)
        {
            request.Time = (ulong)Math.Max(0, time.ToUnixTimeMilliseconds());
        }
        else if (to.Offset is { } offset)
        {
            request.Offset = (ulong)offset.Value;
        }
        else if (to.IsLatest)
        {
            request.Latest = true;
        }
        else
        {
            request.Earliest = true;
        }

        return request;
    }

    private static V1.ReplayGroup Request(QueueName queue, GroupName group, ReplayRange range)
    {
        V1.ReplayGroup request = new() { Queue = queue.Value, Group = group.Value, Rate = range.Rate };
        if (range.FromOffset is { } first)
        {
            request.FromOffset = (ulong)first.Value;
        }
        else if (range.FromTime is { } from)
        {
            request.FromTime = (ulong)Math.Max(0, from.ToUnixTimeMilliseconds());
        }
        else
        {
            request.FromEarliest = true;
        }

        if (range.ToOffset is { } last)
        {
            request.ToOffset = (ulong)last.Value;
        }
        else if (range.ToTime is { } to)
        {
            request.ToTime = (ulong)Math.Max(0, to.ToUnixTimeMilliseconds());
        }

        return request;
    }

    private async ValueTask<GroupReplay> ReplayAsync(V1.ReplayGroup request, CancellationToken cancellation)
    {
        V1.GroupReplay replay = (await _calls.AskAsync(new() { ReplayGroup = request }, cancellation).ConfigureAwait(false)).GroupReplay;
        return new GroupReplay
        {
            Settled = (long)replay.Settled,
            Pending = (long)replay.Pending,
            Dead = (long)replay.Dead,
            Group = GroupAnswers.ToGroup(replay.Group),
        };
    }

    private async ValueTask<GroupReset> ResetAsync(V1.ResetGroup request, CancellationToken cancellation)
    {
        V1.GroupReset reset = (await _calls.AskAsync(new() { ResetGroup = request }, cancellation).ConfigureAwait(false)).GroupReset;
        return new GroupReset
        {
            Skipped = (long)reset.Skipped,
            Repeated = (long)reset.Repeated,
            Restarted = (long)reset.Restarted,
            Consumers = (int)reset.Consumers,
            Group = GroupAnswers.ToGroup(reset.Group),
        };
    }
}
