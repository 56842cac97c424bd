using Forewave.Broker.Delivery.Administration;
using Forewave.Broker.Queues;
using Forewave.Broker.Sessions;
using Forewave.Broker.Settings;
using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;
using Verb = Forewave.Protocol.V1.AdministrationRequest.VerbOneofCase;

namespace Forewave.Broker.Commands;

/// <summary>Verbs about groups: the queue's delivery loop does them.</summary>
internal static class GroupVerbs
{
    private const int LeasesPerPage = 1_000;
    private const int LeasesUnlessTold = 100;

    /// <summary>The answer, or null where the verb is none about groups.</summary>
    public static async ValueTask<V1.AdministrationAnswer?> RunAsync(
        SessionParts parts, V1.AdministrationRequest request, CancellationToken cancellation) => request.VerbCase switch
        {
            Verb.ListGroups => await ListAsync(parts, request.ListGroups, cancellation),
            Verb.ShowGroup => await ShowAsync(parts, request.ShowGroup, cancellation),
            Verb.SetGroup => await SetAsync(parts, request.SetGroup, cancellation),
            Verb.DeleteGroup => await DeleteAsync(parts, request.DeleteGroup, cancellation),
            Verb.ResetGroup => await ResetAsync(parts, request.ResetGroup, cancellation),
            Verb.ReplayGroup => await ReplayAsync(parts, request.ReplayGroup, cancellation),
            Verb.CancelReplay => await CancelReplayAsync(parts, request.CancelReplay, cancellation),
            Verb.ListLeases => await ListLeasesAsync(parts, request.ListLeases, cancellation),
            Verb.ResumeKey => await ResumeAsync(parts, request.ResumeKey, cancellation),
            _ => null,
        };

    /// <summary>A group's name as a request has it.</summary>
    public static GroupName NameOf(string text) =>
        GroupName.TryParse(text, out var name) ? name : throw new RefusedException(ErrorCode.NameInvalid);

    private static async ValueTask<V1.AdministrationAnswer> ListAsync(
        SessionParts parts, V1.ListGroups request, CancellationToken cancellation)
    {
        IEnumerable<QueueEntry> queues = request.Queue.Length > 0
            ? [QueueVerbs.Existing(parts, request.Queue)]
            : parts.Queues.All.OrderBy(queue => queue.Name);
        var list = new V1.GroupList();
        foreach (var queue in queues)
        {
            var groups = await parts.Delivery.Administration.ListGroupsAsync(queue).WaitAsync(cancellation);
            list.Groups.AddRange(groups.Select(group => GroupAnswers.DetailsOf(queue, group)));
        }
        return new V1.AdministrationAnswer { Groups = list };
    }

    private static async ValueTask<V1.AdministrationAnswer> ShowAsync(
        SessionParts parts, V1.ShowGroup request, CancellationToken cancellation)
    {
        var queue = QueueVerbs.Existing(parts, request.Queue);
        var group = await parts.Delivery.Watching.ShowAsync(queue, NameOf(request.Group)).WaitAsync(cancellation);
        return new V1.AdministrationAnswer { Group = GroupAnswers.DetailsOf(queue, group) };
    }

    private static async ValueTask<V1.AdministrationAnswer> SetAsync(
        SessionParts parts, V1.SetGroup request, CancellationToken cancellation)
    {
        var queue = QueueVerbs.Existing(parts, request.Queue);
        if (GroupTerms.UsesControl(request.Options))
            RequireControl(parts);
        var change = GroupTerms.ChangeOf(request);
        var group = await parts.Delivery.Administration.SetGroupAsync(queue, NameOf(request.Group), change).WaitAsync(cancellation);
        return new V1.AdministrationAnswer { Group = GroupAnswers.DetailsOf(queue, group) };
    }

    private static async ValueTask<V1.AdministrationAnswer> DeleteAsync(
        SessionParts parts, V1.DeleteGroup request, CancellationToken cancellation)
    {
        var queue = QueueVerbs.Existing(parts, request.Queue);
        await parts.Delivery.Administration.DeleteGroupAsync(queue, NameOf(request.Group)).WaitAsync(cancellation);
        return new V1.AdministrationAnswer { Changed = new V1.Changed() };
    }

    private static async ValueTask<V1.AdministrationAnswer> ResetAsync(
        SessionParts parts, V1.ResetGroup request, CancellationToken cancellation)
    {
        RequireControl(parts);
        var queue = QueueVerbs.Existing(parts, request.Queue);
        var reset = new ResetRequest(GroupTerms.TargetOf(request)) { Force = request.Force, DryRun = request.DryRun };
        var result = await parts.Delivery.Rewinding.ResetAsync(queue, NameOf(request.Group), reset).WaitAsync(cancellation);
        return new V1.AdministrationAnswer
        {
            GroupReset = new V1.GroupReset
            {
                Skipped = (ulong)result.Counts.Skipped,
                Repeated = (ulong)result.Counts.Repeated,
                Restarted = (ulong)result.Counts.Restarted,
                Consumers = (uint)result.Consumers,
                Group = GroupAnswers.DetailsOf(queue, result.Group),
            },
        };
    }

    private static async ValueTask<V1.AdministrationAnswer> ReplayAsync(
        SessionParts parts, V1.ReplayGroup request, CancellationToken cancellation)
    {
        RequireControl(parts);
        var queue = QueueVerbs.Existing(parts, request.Queue);
        var result = await parts.Delivery.Replaying.BeginAsync(queue, NameOf(request.Group), GroupTerms.RangeOf(request)).WaitAsync(cancellation);
        return new V1.AdministrationAnswer
        {
            GroupReplay = new V1.GroupReplay
            {
                Settled = (ulong)result.Counts.Settled,
                Pending = (ulong)result.Counts.Pending,
                Dead = (ulong)result.Counts.Dead,
                Group = GroupAnswers.DetailsOf(queue, result.Group),
            },
        };
    }

    private static async ValueTask<V1.AdministrationAnswer> CancelReplayAsync(
        SessionParts parts, V1.CancelReplay request, CancellationToken cancellation)
    {
        RequireControl(parts);
        var queue = QueueVerbs.Existing(parts, request.Queue);
        var group = await parts.Delivery.Replaying.CancelAsync(queue, NameOf(request.Group)).WaitAsync(cancellation);
        return new V1.AdministrationAnswer { Group = GroupAnswers.DetailsOf(queue, group) };
    }

    private static async ValueTask<V1.AdministrationAnswer> ListLeasesAsync(
        SessionParts parts, V1.ListLeases request, CancellationToken cancellation)
    {
        RequireControl(parts);
        var queue = QueueVerbs.Existing(parts, request.Queue);
        if (request.Max > LeasesPerPage || request.From > long.MaxValue)
            throw new RefusedException(ErrorCode.FieldInvalid, "A page has at most 1,000 leases and begins at an offset.");
        int most = request.Max == 0 ? LeasesUnlessTold : (int)request.Max;
        var page = await parts.Delivery.Watching.ListLeasesAsync(queue, NameOf(request.Group), (long)request.From, most).WaitAsync(cancellation);
        return new V1.AdministrationAnswer { Leases = GroupAnswers.LeasesOf(page) };
    }

    private static void RequireControl(SessionParts parts)
    {
        if (!parts.Options.GroupControl)
            throw new RefusedException(ErrorCode.CapabilityMissing, "control of groups is switched off.");
        LiveTerms.Require(parts.Settings.Terms.Options.GroupControl, "groupControl");
    }

    private static async ValueTask<V1.AdministrationAnswer> ResumeAsync(
        SessionParts parts, V1.ResumeKey request, CancellationToken cancellation)
    {
        var queue = QueueVerbs.Existing(parts, request.Queue);
        var choice = new KeyChoice(request.OrderingKey, request.GiveUp);
        await parts.Delivery.Administration.ResumeKeyAsync(queue, NameOf(request.Group), choice).WaitAsync(cancellation);
        return new V1.AdministrationAnswer { Changed = new V1.Changed { Messages = 1 } };
    }
}
