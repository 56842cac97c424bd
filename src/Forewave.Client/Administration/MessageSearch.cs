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
    /// <c>SearchFilterInvalid</c>, <c>SearchRangeInvalid</c>, <c>TooManySearches</c>, <c>TooManyMisses</c>.
    /// </exception>
    public async IAsyncEnumerable<FoundMessage> FindAsync(
        QueueName queue, MessageFilter? filter = null, bool withContent = false, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        PageSize size = new() { Messages = withContent ? 100 : Limits.SearchPageMessages, WithContent = withContent };
        string? resume = null;
        do
        {
            FoundPage page = await FindPageAsync(queue, filter, size, resume, cancellation).ConfigureAwait(false);
            foreach (FoundMessage message in page.Messages)
            {
                yield return message;
            }

            resume = page.Resume;
        }
        while (resume is not null);
    }

    /// <summary>One step of a search.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="filter">What for; null: everything.</param>
    /// <param name="size">How much; null: 100 messages without content.</param>
    /// <param name="resume">From the page before; null: from the beginning.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ForewaveException"><c>ResumeTokenInvalid</c>, and those of <see cref="FindAsync"/>.</exception>
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
        V1.AdministrationAnswer answer = await _calls.AskAsync(new() { FindMessages = find }, cancellation).ConfigureAwait(false);
        return ToPage(answer.Found);
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

    private static FoundPage ToPage(V1.FoundMessages found) => new()
    {
        Messages = [.. found.Messages.Select(ToMessage)],
        Resume = found.Resume.Length == 0 ? null : found.Resume,
        LookedAt = (long)found.LookedAt,
        BytesRead = (long)found.BytesRead,
        ReachedTime = TimeOf(found.ReachedTime),
        Left = (long)found.Left,
        Damaged = (long)found.Damaged,
    };

    private static FoundMessage ToMessage(V1.FoundMessage message) => new()
    {
        Id = MessageId.TryParse(message.MessageId, out MessageId id) ? id : default,
        Offset = message.Offset == 0 ? null : new Offset((long)message.Offset),
        PublishTime = DateTimeOffset.FromUnixTimeMilliseconds((long)message.PublishTime),
        QueuedTime = TimeOf(message.QueuedTime),
        DeliverAt = TimeOf(message.DeliverAt),
        Priority = (int)message.Priority,
        Keys = [.. message.Keys],
        Tag = message.Tag.Length == 0 ? null : message.Tag,
        OrderingKey = message.OrderingKey.Length == 0 ? null : message.OrderingKey,
        BodyBytes = (int)message.BodyBytes,
        HeaderCount = (int)message.Headers,
        Content = message.Message.IsEmpty ? null : ToContent(V1.Message.Parser.ParseFrom(message.Message)),
    };

    private static FoundContent ToContent(V1.Message message) => new()
    {
        Body = message.Body.Memory,
        Headers = [.. message.Headers.Select(header => KeyValuePair.Create(header.Name, header.Value.Memory))],
    };

    private static DateTimeOffset? TimeOf(ulong milliseconds) =>
        milliseconds == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds);
}
