using System.Runtime.CompilerServices;
using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Administration;

/// <summary>Lists and shows dead letters: those of several partitions by the time of their death, then by partition and place. Thread-safe.</summary>
internal sealed class DeadLetterReading(AdministrationCalls calls)
{
    private const uint PageEntries = 1_000;

    public async IAsyncEnumerable<DeadLetter> ListAsync(
        QueueName queue, GroupName group, string filter, [EnumeratorCancellation] CancellationToken cancellation)
    {
        IReadOnlyList<PartitionTarget> targets = await calls.TargetsAsync(cancellation).ConfigureAwait(false);
        await foreach (DeadLetter letter in PartitionStreams.MergeAsync(
            targets, target => ListAsync(target, queue, group, filter, cancellation), static (one, other) => one.DeathTime.CompareTo(other.DeathTime), cancellation).ConfigureAwait(false))
        {
            yield return letter;
        }
    }

    public async ValueTask<DeadLetter> ShowAsync(QueueName queue, GroupName group, DeadPlace place, CancellationToken cancellation)
    {
        PartitionTarget target = await calls.TargetAsync(place.Partition, cancellation).ConfigureAwait(false);
        V1.ShowDead show = new() { Queue = queue.Value, Group = group.Value, Place = (ulong)place.Number };
        V1.AdministrationAnswer answer = await calls.AskAsync(new() { ShowDead = show }, target, cancellation).ConfigureAwait(false);
        return AdministrationAnswers.ToDeadLetter(answer.DeadLetter, target.Partition, isWhole: true);
    }

    private async IAsyncEnumerable<DeadLetter> ListAsync(
        PartitionTarget target, QueueName queue, GroupName group, string filter, [EnumeratorCancellation] CancellationToken cancellation)
    {
        V1.ListDead page = new() { Queue = queue.Value, Group = group.Value, Max = PageEntries, Filter = filter };
        V1.DeadList list;
        do
        {
            list = (await calls.AskAsync(new V1.AdministrationRequest { ListDead = page }, target, cancellation).ConfigureAwait(false)).Dead;
            foreach (V1.DeadLetter letter in list.Letters)
            {
                yield return AdministrationAnswers.ToDeadLetter(letter, target.Partition);
                page.After = letter.Place;
            }

            page.After = Math.Max(page.After, list.Next);
        }
        while (list.More);
    }
}
