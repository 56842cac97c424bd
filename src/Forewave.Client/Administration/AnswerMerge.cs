using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Administration;

/// <summary>
/// Merges what the partitions answered: counts are added, times are the oldest or newest; where a queue or group is at some partitions only,
/// those count. Offsets are a partition's own: of several they are added up too, so that their difference is what lies between.
/// </summary>
internal static class AnswerMerge
{
    /// <summary>The merged answer.</summary>
    /// <param name="answers">One for each partition.</param>
    /// <param name="isLook">It changes nothing: partitions that do not answer are left out, and named.</param>
    /// <param name="isAbsence">Whether a refusal says no more than that the partition has nothing of it.</param>
    /// <exception cref="ForewaveException">All refused it, or did not answer; or a change was not done at one. The text names it.</exception>
    public static AllAnswers Of(IReadOnlyList<PartitionAnswer> answers, bool isLook, Func<ForewaveException, bool> isAbsence)
    {
        (IReadOnlyList<PartitionAnswer> told, IReadOnlyList<PartitionNumber> unanswered) = Told(answers, isLook, isAbsence);
        V1.AdministrationAnswer merged = told[0].Answer!.Clone();
        foreach (PartitionAnswer one in told.Skip(1))
        {
            Add(merged, one.Answer!);
        }

        Cut(merged, told);
        return new AllAnswers(merged, unanswered);
    }

    /// <summary>The answers that there are, at least one, and who did not answer; the parameters and exceptions are those of <see cref="Of"/>.</summary>
    public static (IReadOnlyList<PartitionAnswer> Told, IReadOnlyList<PartitionNumber> Unanswered) Told(
        IReadOnlyList<PartitionAnswer> answers, bool isLook, Func<ForewaveException, bool> isAbsence)
    {
        List<PartitionAnswer> told = [.. answers.Where(one => one.Answer is not null)];
        List<PartitionAnswer> missing = [.. answers.Where(one => one.Error is { } error && !(isAbsence(error) && told.Count > 0))];
        return told.Count > 0 && (missing.Count == 0 || (isLook && missing.TrueForAll(one => one.IsSilent)))
            ? (told, [.. missing.Select(one => one.Partition!.Value)])
            : throw Refused(answers, missing, told);
    }

    private static ForewaveException Refused(IReadOnlyList<PartitionAnswer> answers, List<PartitionAnswer> missing, List<PartitionAnswer> told)
    {
        PartitionAnswer first = missing.Count > 0 ? missing[0] : answers[0];
        if (told.Count == 0 && answers.All(one => one.Error!.Code == first.Error!.Code))
        {
            return first.Error!;
        }

        string done = told.Count == 0 ? "none" : string.Join(", ", told.Select(one => one.Partition));
        string text = string.Join(' ', missing.Select(one => $"Partition {one.Partition}: {one.Error!.Detail ?? one.Error.Message}"));
        return new ForewaveException(first.Error!.Code, $"{text} (answered by partitions: {done})", first.Error);
    }

    private static void Add(V1.AdministrationAnswer sum, V1.AdministrationAnswer one)
    {
        switch (sum.AnswerCase)
        {
            case V1.AdministrationAnswer.AnswerOneofCase.Queue:
                Add(sum.Queue, one.Queue);
                break;
            case V1.AdministrationAnswer.AnswerOneofCase.Group:
                Add(sum.Group, one.Group);
                break;
            case V1.AdministrationAnswer.AnswerOneofCase.Changed:
                sum.Changed.Messages += one.Changed.Messages;
                sum.Changed.Operation = 0;
                break;
            case V1.AdministrationAnswer.AnswerOneofCase.GroupReset:
                Add(sum.GroupReset, one.GroupReset);
                break;
            case V1.AdministrationAnswer.AnswerOneofCase.GroupReplay:
                Add(sum.GroupReplay, one.GroupReplay);
                break;
            case V1.AdministrationAnswer.AnswerOneofCase.Users:
                sum.Users.Users.Add(one.Users.Users.Where(user => sum.Users.Users.All(known => known.User != user.User)).ToList());
                break;
            case V1.AdministrationAnswer.AnswerOneofCase.Settings:
                // What partitions have differently stands there once for each value.
                sum.Settings.Settings.Add(one.Settings.Settings.Where(setting => sum.Settings.Settings.All(known => known.Name != setting.Name || known.Value != setting.Value)).ToList());
                break;
            case V1.AdministrationAnswer.AnswerOneofCase.SettingChanges:
                sum.SettingChanges.Changes.Add(one.SettingChanges.Changes);
                break;
            case V1.AdministrationAnswer.AnswerOneofCase.Recurring:
                sum.Recurring.Messages.Add(one.Recurring.Messages);
                break;
            case V1.AdministrationAnswer.AnswerOneofCase.Queues:
                foreach (V1.QueueDetails queue in one.Queues.Queues)
                {
                    if (sum.Queues.Queues.FirstOrDefault(known => known.Queue == queue.Queue) is { } known)
                    {
                        Add(known, queue);
                    }
                    else
                    {
                        sum.Queues.Queues.Add(queue.Clone());
                    }
                }

                break;
            case V1.AdministrationAnswer.AnswerOneofCase.Groups:
                foreach (V1.GroupDetails group in one.Groups.Groups)
                {
                    if (sum.Groups.Groups.FirstOrDefault(known => known.Queue == group.Queue && known.Group == group.Group) is { } known)
                    {
                        Add(known, group);
                    }
                    else
                    {
                        sum.Groups.Groups.Add(group.Clone());
                    }
                }

                break;
            default:
                break;
        }
    }

    private static void Add(V1.QueueDetails sum, V1.QueueDetails one)
    {
        sum.FirstOffset += one.FirstOffset;
        sum.NextOffset += one.NextOffset;
        sum.Messages += one.Messages;
        sum.Bytes += one.Bytes;
        sum.Scheduled += one.Scheduled;
        sum.Groups = Math.Max(sum.Groups, one.Groups);
        sum.LastPublishTime = Math.Max(sum.LastPublishTime, one.LastPublishTime);
        Add(sum.Priorities, one.Priorities);
    }

    private static void Add(V1.GroupDetails sum, V1.GroupDetails one)
    {
        sum.ReadOffset += one.ReadOffset;
        sum.Unread += one.Unread;
        sum.Leased += one.Leased;
        sum.Waiting += one.Waiting;
        sum.Dead += one.Dead;
        // A consumer is subscribed at each.
        sum.Consumers = Math.Max(sum.Consumers, one.Consumers);
        sum.Missed += one.Missed;
        sum.Held += one.Held;
        sum.Parked += one.Parked;
        sum.ParkedKeys.Add(one.ParkedKeys);
        sum.Paused |= one.Paused;
        sum.DeadFull |= one.DeadFull;
        sum.Expired += one.Expired;
        sum.OldestUnreadTime = Oldest((sum.OldestUnreadTime, one.OldestUnreadTime));
        sum.OldestUnsettledTime = Oldest((sum.OldestUnsettledTime, one.OldestUnsettledTime));
        sum.ConsumerList.Add(one.ConsumerList.Where(consumer => sum.ConsumerList.All(known => known.ConsumerId != consumer.ConsumerId)).ToList());
        if (sum.Replay is null)
        {
            sum.Replay = one.Replay?.Clone();
        }
        else if (one.Replay is not null)
        {
            Add(sum.Replay, one.Replay);
        }

        Add(sum.UnreadPriorities, one.UnreadPriorities);
    }

    // It runs as long as a part of it does; the parts that were asked for at other times are other replays.
    private static void Add(V1.ReplayDetails sum, V1.ReplayDetails one)
    {
        bool isRunning = sum.State == V1.ReplayState.Running || one.State == V1.ReplayState.Running;
        sum.State = isRunning ? V1.ReplayState.Running : sum.State == V1.ReplayState.Cancelled ? sum.State : one.State;
        sum.StartTime = Math.Max(sum.StartTime, one.StartTime);
        sum.Total += one.Total;
        sum.Left += one.Left;
        sum.Delivered += one.Delivered;
        sum.PassedOver += one.PassedOver;
        sum.Rate = sum.Rate == 0 || one.Rate == 0 ? 0 : sum.Rate + one.Rate;
    }

    private static void Add(V1.GroupReset sum, V1.GroupReset one)
    {
        sum.Skipped += one.Skipped;
        sum.Repeated += one.Repeated;
        sum.Restarted += one.Restarted;
        // A consumer is subscribed at each.
        sum.Consumers = Math.Max(sum.Consumers, one.Consumers);
        Add(sum.Group, one.Group);
    }

    private static void Add(V1.GroupReplay sum, V1.GroupReplay one)
    {
        sum.Settled += one.Settled;
        sum.Pending += one.Pending;
        sum.Dead += one.Dead;
        Add(sum.Group, one.Group);
    }

    private static void Add(Google.Protobuf.Collections.RepeatedField<V1.PriorityCount> sum, IEnumerable<V1.PriorityCount> counts)
    {
        foreach (V1.PriorityCount count in counts)
        {
            if (sum.FirstOrDefault(known => known.Priority == count.Priority) is { } known)
            {
                known.Messages += count.Messages;
                known.OldestTime = Oldest((known.OldestTime, count.OldestTime));
            }
            else
            {
                sum.Add(count.Clone());
            }
        }
    }

    // 0 is none.
    private static ulong Oldest((ulong One, ulong Other) times) =>
        times.One == 0 || times.Other == 0 ? Math.Max(times.One, times.Other) : Math.Min(times.One, times.Other);

    // A page ends where the shortest of those that go on ends: what comes after it may lack partitions.
    private static void Cut(V1.AdministrationAnswer merged, IReadOnlyList<PartitionAnswer> told)
    {
        if (merged.AnswerCase != V1.AdministrationAnswer.AnswerOneofCase.Queues)
        {
            return;
        }

        List<V1.QueueDetails> sorted = [.. merged.Queues.Queues.OrderBy(queue => queue.Queue, StringComparer.Ordinal)];
        List<string> ends = [.. told.Select(one => one.Answer!.Queues).Where(list => list.More && list.Queues.Count > 0).Select(list => list.Queues[^1].Queue)];
        string? end = ends.Min(StringComparer.Ordinal);
        merged.Queues.Queues.Clear();
        merged.Queues.Queues.Add(sorted.Where(queue => end is null || string.CompareOrdinal(queue.Queue, end) <= 0));
        merged.Queues.More = ends.Count > 0;
    }
}
