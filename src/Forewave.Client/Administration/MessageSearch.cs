using System.Runtime.CompilerServices;
using Forewave.Protocol;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Administration;

/// <summary>
/// Finds messages of a queue, in the queue and scheduled for it, whatever became of them in its groups, until retention; with an
/// empty filter it browses. First comes what is scheduled, in no order, then what is in the queue by offset, that of priority 4 before
/// the others. Thread-safe. A step costs one round trip; the broker has an index for keys and times and reads messages for the rest, at
/// a rate that leaves publishers alone. Errors are those that <see cref="BrokerAdministration"/> tells of.
/// <para>
/// Of several partitions one after the other is looked through, the lowest first: a step goes on with the next one while it has room, a
/// round trip for each.
/// </para>
/// </summary>
public sealed class MessageSearch
{
    private readonly AdministrationCalls _calls;

    internal MessageSearch(AdministrationCalls calls) => _calls = calls;

    /// <summary>All messages that are found, step by step. One that comes out of the scheduler meanwhile may be found twice.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="filter">What for; null: everything.</param>
    /// <param name="withContent">With bodies and headers.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <exception cref="ForewaveException">
    /// <c>SearchFilterInvalid</c>, <c>SearchRangeInvalid</c>, <c>TooManySearches</c>, <c>TooManyMisses</c>; <c>PartitionNeeded</c>: the filter has an
    /// offset above 1, and there are several partitions; <c>PartitionsUnanswered</c>, after all that the others have.
    /// </exception>
    public async IAsyncEnumerable<FoundMessage> FindAsync(
        QueueName queue, MessageFilter? filter = null, bool withContent = false, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        PageSize size = new() { Messages = withContent ? 100 : Limits.SearchPageMessages, WithContent = withContent };
        string? resume = null;
        IReadOnlyList<PartitionNumber> unanswered = [];
        do
        {
            FoundPage page = await FindPageAsync(queue, filter, size, resume, cancellation).ConfigureAwait(false);
            foreach (FoundMessage message in page.Messages)
            {
                yield return message;
            }

            resume = page.Resume;
            unanswered = [.. unanswered.Union(page.Unanswered)];
        }
        while (resume is not null);
        if (unanswered.Count > 0)
        {
            throw AdministrationCalls.Unanswered(unanswered, "their part is missing");
        }
    }

    /// <summary>One step of a search.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="filter">What for; null: everything.</param>
    /// <param name="size">How much; null: 100 messages without content.</param>
    /// <param name="resume">From the page before; null: from the beginning.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ForewaveException">
    /// <c>ResumeTokenInvalid</c>, and those of <see cref="FindAsync"/>, but that <see cref="FoundPage.Unanswered"/> says who did not answer.
    /// </exception>
    public async ValueTask<FoundPage> FindPageAsync(
        QueueName queue, MessageFilter? filter = null, PageSize? size = null, string? resume = null, CancellationToken cancellation = default)
    {
        filter ??= new MessageFilter();
        size ??= new PageSize();
        V1.FindMessages find = new()
        {
            Queue = queue.Value,
            Key = filter.Key ?? "",
            TagFilter = filter.Tags?.Text ?? "",
            FromTime = Milliseconds(filter.From),
            ToTime = Milliseconds(filter.To),
            FromOffset = (ulong)(filter.FromOffset?.Value ?? 0),
            Max = (uint)Math.Clamp(size.Messages, 1, Limits.SearchPageMessages),
            WithMessages = size.WithContent,
            Resume = resume ?? "",
        };
        find.Headers.AddRange(filter.Headers.Select(ToCondition));
        IReadOnlyList<PartitionTarget> targets = await _calls.TargetsAsync(cancellation).ConfigureAwait(false);
        if (targets.Count == 1)
        {
            return FoundAnswers.ToPage((await _calls.AskAsync(new() { FindMessages = find }, targets[0], cancellation).ConfigureAwait(false)).Found);
        }

        return find.FromOffset <= 1
            ? await new PartitionSearch(_calls, targets, find).StepAsync(cancellation).ConfigureAwait(false)
            : throw new ForewaveException(ErrorCode.PartitionNeeded);
    }

    private static ulong Milliseconds(DateTimeOffset? time) => time is { } at ? (ulong)Math.Max(1, at.ToUnixTimeMilliseconds()) : 0;

    private static V1.HeaderCondition ToCondition(KeyValuePair<string, ReadOnlyMemory<byte>?> header)
    {
        V1.HeaderCondition condition = new() { Name = header.Key };
        if (header.Value is { } value)
        {
            condition.Value = ByteString.CopyFrom(value.Span);
        }

        return condition;
    }
}
