using Forewave.Broker.Delivery.Administration;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Queues;
using Forewave.Broker.Sessions;
using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;
using Verb = Forewave.Protocol.V1.AdministrationRequest.VerbOneofCase;

namespace Forewave.Broker.Commands;

/// <summary>Verbs about groups: the queue's delivery loop does them.</summary>
internal static class GroupVerbs
{
    private const int ParkedKeysShown = 1_000;

    /// <summary>The answer, or null where the verb is none about groups.</summary>
    public static async ValueTask<V1.AdministrationAnswer?> RunAsync(
        SessionParts parts, V1.AdministrationRequest request, CancellationToken cancellation) => request.VerbCase switch
        {
            Verb.ListGroups => await ListAsync(parts, request.ListGroups, cancellation),
            Verb.ShowGroup => await ShowAsync(parts, request.ShowGroup, cancellation),
            Verb.SetGroup => await SetAsync(parts, request.SetGroup, cancellation),
            Verb.DeleteGroup => await DeleteAsync(parts, request.DeleteGroup, cancellation),
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
            list.Groups.AddRange(groups.Select(group => DetailsOf(queue, group)));
        }
        return new V1.AdministrationAnswer { Groups = list };
    }

    private static async ValueTask<V1.AdministrationAnswer> ShowAsync(
        SessionParts parts, V1.ShowGroup request, CancellationToken cancellation)
    {
        var queue = QueueVerbs.Existing(parts, request.Queue);
        var group = await parts.Delivery.Administration.ShowGroupAsync(queue, NameOf(request.Group)).WaitAsync(cancellation);
        return new V1.AdministrationAnswer { Group = DetailsOf(queue, group) };
    }

    private static async ValueTask<V1.AdministrationAnswer> SetAsync(
        SessionParts parts, V1.SetGroup request, CancellationToken cancellation)
    {
        var queue = QueueVerbs.Existing(parts, request.Queue);
        var change = ChangeOf(request);
        var group = await parts.Delivery.Administration.SetGroupAsync(queue, NameOf(request.Group), change).WaitAsync(cancellation);
        return new V1.AdministrationAnswer { Group = DetailsOf(queue, group) };
    }

    private static async ValueTask<V1.AdministrationAnswer> DeleteAsync(
        SessionParts parts, V1.DeleteGroup request, CancellationToken cancellation)
    {
        var queue = QueueVerbs.Existing(parts, request.Queue);
        await parts.Delivery.Administration.DeleteGroupAsync(queue, NameOf(request.Group)).WaitAsync(cancellation);
        return new V1.AdministrationAnswer { Changed = new V1.Changed() };
    }

    private static async ValueTask<V1.AdministrationAnswer> ResumeAsync(
        SessionParts parts, V1.ResumeKey request, CancellationToken cancellation)
    {
        var queue = QueueVerbs.Existing(parts, request.Queue);
        var choice = new KeyChoice(request.OrderingKey, request.GiveUp);
        await parts.Delivery.Administration.ResumeKeyAsync(queue, NameOf(request.Group), choice).WaitAsync(cancellation);
        return new V1.AdministrationAnswer { Changed = new V1.Changed { Messages = 1 } };
    }

    private static FailurePolicy PolicyOf(V1.FailurePolicy policy) => policy switch
    {
        V1.FailurePolicy.Hold => FailurePolicy.Hold,
        V1.FailurePolicy.Park => FailurePolicy.Park,
        V1.FailurePolicy.Skip => FailurePolicy.Skip,
        _ => throw new RefusedException(ErrorCode.FieldInvalid, "on_failure is hold, park or skip."),
    };

    private static GroupChange ChangeOf(V1.SetGroup request)
    {
        var options = request.Options ?? new V1.GroupOptions();
        if (options.HasMaxAttempts && options.MaxAttempts > int.MaxValue)
            throw new RefusedException(ErrorCode.FieldInvalid, "max_attempts is 1 to 1,000.");
        if (!Offset.TryFrom(request.StartOffset, out var start))
            throw new RefusedException(ErrorCode.FieldInvalid, "start_offset is beyond 2^63.");
        return new GroupChange
        {
            Filter = options.HasTagFilter ? SubscribeTerms.FilterOf(options.TagFilter) ?? TagFilter.All : null,
            VisibilityTimeout = options.HasVisibilityTimeout ? TimeSpan.FromMilliseconds(options.VisibilityTimeout) : null,
            MaxAttempts = options.HasMaxAttempts ? (int)options.MaxAttempts : null,
            Retry = options.Retry is null ? null : RetryOf(options.Retry),
            OnFailure = options.HasOnFailure ? PolicyOf(options.OnFailure) : null,
            Create = request.Create,
            Start = start == Offset.BeforeFirst ? StartPoint.Earliest : StartPoint.AtOffset(start),
        };
    }

    private static RetryPolicy RetryOf(V1.RetryPolicy retry)
    {
        ulong longest = (ulong)Limits.MaxDelay.TotalMilliseconds;
        if (retry.FirstDelay > longest || retry.MaxDelay > longest || retry.Delays.Any(delay => delay > longest))
            throw new RefusedException(ErrorCode.FieldInvalid, "A back-off is at most 10 years.");
        var standard = RetryPolicy.Default;
        return new RetryPolicy
        {
            FirstDelay = retry.FirstDelay == 0 ? standard.FirstDelay : TimeSpan.FromMilliseconds(retry.FirstDelay),
            MaxDelay = retry.MaxDelay == 0 ? standard.MaxDelay : TimeSpan.FromMilliseconds(retry.MaxDelay),
            Delays = [.. retry.Delays.Select(delay => TimeSpan.FromMilliseconds(delay))],
        };
    }

    private static V1.GroupDetails DetailsOf(QueueEntry queue, GroupDetails group)
    {
        var details = new V1.GroupDetails
        {
            Queue = queue.Name.Value,
            Group = group.Name.Value,
            GroupId = group.Id,
            Options = OptionsOf(group.Options),
            ReadOffset = (ulong)group.ReadOffset,
            Unread = (ulong)Math.Max(0, group.Unread),
            Leased = (ulong)group.Leased,
            Waiting = (ulong)group.Waiting,
            Dead = (ulong)group.Dead,
            Consumers = (uint)group.Consumers,
            Missed = (ulong)group.Missed,
            Held = (ulong)group.Held,
            Parked = (ulong)group.Parked.Count,
            Paused = group.IsPaused,
        };
        details.ParkedKeys.AddRange(group.Parked.Take(ParkedKeysShown).Select(parked => new V1.ParkedKey
        {
            OrderingKey = parked.Key, Offset = (ulong)parked.Offset, Time = (ulong)parked.Time, Reason = parked.Reason,
        }));
        return details;
    }

    private static V1.GroupOptions OptionsOf(GroupOptions options)
    {
        var retry = new V1.RetryPolicy
        {
            FirstDelay = (ulong)options.Retry.FirstDelay.TotalMilliseconds,
            MaxDelay = (ulong)options.Retry.MaxDelay.TotalMilliseconds,
        };
        retry.Delays.AddRange(options.Retry.Delays.Select(delay => (ulong)delay.TotalMilliseconds));
        return new V1.GroupOptions
        {
            TagFilter = options.Filter.Text,
            VisibilityTimeout = (uint)options.VisibilityTimeout.TotalMilliseconds,
            MaxAttempts = (uint)options.MaxAttempts,
            Retry = retry,
            OnFailure = (V1.FailurePolicy)((int)options.OnFailure + 1),
        };
    }
}
