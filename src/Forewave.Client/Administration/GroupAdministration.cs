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
    /// as the group knows. Dead letters stay. Handles from before are lost.
    /// </summary>
    /// <param name="queue">The queue.</param>
    /// <param name="group">The group.</param>
    /// <param name="to">Where.</param>
    /// <param name="force">Also where consumers are subscribed.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ForewaveException"><c>GroupHasConsumers</c>, <c>ResetTargetInvalid</c>.</exception>
    public ValueTask<GroupReset> ResetAsync(
        QueueName queue, GroupName group, ResetTarget to, bool force = false, CancellationToken cancellation = default) =>
        ResetAsync(Request(queue, group, to, new V1.ResetGroup { Force = force }), cancellation);

    /// <summary>Says what <see cref="ResetAsync(QueueName, GroupName, ResetTarget, bool, CancellationToken)"/> would do, and changes nothing.</summary>
    /// <exception cref="ForewaveException"><c>ResetTargetInvalid</c>.</exception>
    public ValueTask<GroupReset> TryResetAsync(
        QueueName queue, GroupName group, ResetTarget to, CancellationToken cancellation = default) =>
        ResetAsync(Request(queue, group, to, new V1.ResetGroup { DryRun = true }), cancellation);

    /// <summary>Who has which messages of a group, in the order of their offsets: one round trip for each 1,000 runs.</summary>
    public async IAsyncEnumerable<LeaseDetails> ListLeasesAsync(
        QueueName queue, GroupName group, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        V1.ListLeases page = new() { Queue = queue.Value, Group = group.Value, Max = PageRuns };
        do
        {
            V1.LeaseList list = (await _calls.AskAsync(new() { ListLeases = page }, cancellation).ConfigureAwait(false)).Leases;
            foreach (V1.Lease lease in list.Leases)
            {
                yield return GroupAnswers.ToLease(lease);
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
