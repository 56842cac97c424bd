using System.Text;
using Forewave.Broker.Delivery.Priorities;
using Forewave.Broker.Queues;
using Forewave.Broker.Search;
using Forewave.Broker.Sessions;
using Forewave.Broker.Settings;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;
using Verb = Forewave.Protocol.V1.AdministrationRequest.VerbOneofCase;

namespace Forewave.Broker.Commands;

/// <summary>The verb that finds messages.</summary>
internal static class SearchVerbs
{
    private const int FoundByDefault = 100;

    /// <summary>The answer, or null where the verb is another.</summary>
    public static async ValueTask<V1.AdministrationAnswer?> RunAsync(
        SessionParts parts, V1.AdministrationRequest request, CancellationToken cancellation)
    {
        if (request.VerbCase != Verb.FindMessages)
            return null;
        if (!parts.Options.Search)
            throw new RefusedException(ErrorCode.CapabilityMissing, "finding messages needs the capability \"search\".");
        var find = request.FindMessages;
        var queue = QueueVerbs.Existing(parts, find.Queue);
        LiveTerms.Require(queue.TermsUnder(parts.Settings.Terms).Searches, "search");
        var query = QueryOf(find, queue);
        var page = await parts.Search.Messages.RunAsync(query, cancellation);
        return new V1.AdministrationAnswer { Found = AnswerOf(parts, find, page) };
    }

    private static SearchQuery QueryOf(V1.FindMessages find, QueueEntry queue)
    {
        bool isTime = find.FromTime <= long.MaxValue && find.ToTime <= long.MaxValue;
        if (!isTime || (find.ToTime > 0 && find.FromTime >= find.ToTime))
            throw new RefusedException(ErrorCode.SearchRangeInvalid, "from_time is not before to_time.");
        return new SearchQuery
        {
            Queue = queue,
            Filter = FilterOf(find),
            Start = StartOf(find, queue),
            From = find.FromTime > 0 ? new Timestamp((long)find.FromTime) : null,
            To = find.ToTime > 0 ? new Timestamp((long)find.ToTime) : null,
            Most = find.Max is 0 ? FoundByDefault : (int)Math.Min(find.Max, Limits.SearchPageMessages),
            WithMessages = find.WithMessages,
        };
    }

    private static SearchFilter FilterOf(V1.FindMessages find)
    {
        byte[] key = Encoding.UTF8.GetBytes(find.Key);
        if (key.Length > Limits.KeyBytes)
            throw new RefusedException(ErrorCode.SearchFilterInvalid, $"a key has at most {Limits.KeyBytes} bytes.");
        var tags = TagFilter.All;
        if (find.TagFilter.Length > 0 && !TagFilter.TryParse(find.TagFilter, out tags))
            throw new RefusedException(ErrorCode.SearchFilterInvalid, "tag_filter is neither * nor tags separated by commas.");
        if (find.Headers.Count > Limits.SearchHeaders)
            throw new RefusedException(ErrorCode.SearchFilterInvalid, $"a search asks for at most {Limits.SearchHeaders} headers.");
        if (find.Headers.Any(header => header.Name.Length == 0))
            throw new RefusedException(ErrorCode.SearchFilterInvalid, "a header has a name.");
        return new SearchFilter
        {
            Key = key.Length == 0 ? default(ReadOnlyMemory<byte>?) : key,
            Tags = tags,
            Headers = [.. find.Headers.Select(header =>
                new Search.HeaderCondition(Encoding.UTF8.GetBytes(header.Name), header.HasValue ? header.Value.Memory : default(ReadOnlyMemory<byte>?)))],
        };
    }

    private static SearchPosition StartOf(V1.FindMessages find, QueueEntry queue)
    {
        if (find.Resume.Length > 0)
        {
            return SearchPosition.TryRead(find.Resume, QueryHash(find), out var position)
                ? position
                : throw new RefusedException(ErrorCode.ResumeTokenInvalid);
        }
        if (find.FromOffset == 0)
            return new SearchPosition(SearchPhase.Scheduled, 0, 0, default);
        var band = find.FromOffset <= long.MaxValue ? PriorityBand.OfOffset((long)find.FromOffset) : default;
        if (find.FromOffset > long.MaxValue || band.Number > Limits.MaxPriority + 1 || band.Priority == Limits.DefaultPriority && band != default)
            throw new RefusedException(ErrorCode.SearchRangeInvalid, "from_offset is no offset.");
        return new SearchPosition(SearchPhase.Queued, band.IndexOf(queue.Id), PriorityBand.InBand((long)find.FromOffset), default);
    }

    /// <summary>Stands for everything that must be the same when a search goes on.</summary>
    private static uint QueryHash(V1.FindMessages find)
    {
        var same = new V1.FindMessages
        {
            Queue = find.Queue, Key = find.Key, TagFilter = find.TagFilter, FromTime = find.FromTime, ToTime = find.ToTime,
        };
        same.Headers.AddRange(find.Headers);
        return Checksum.Of(same.ToByteArray());
    }

    private static V1.FoundMessages AnswerOf(SessionParts parts, V1.FindMessages find, SearchPage page)
    {
        bool isDone = page.Position.Phase == SearchPhase.Done;
        var answer = new V1.FoundMessages
        {
            Resume = isDone ? "" : page.Position.ToToken(QueryHash(find)),
            LookedAt = (ulong)page.Looked,
            BytesRead = (ulong)page.BytesRead,
            ReachedTime = (ulong)(page.Reached?.UnixMilliseconds ?? 0),
            Left = (ulong)page.Left,
            Damaged = (ulong)page.Damaged,
        };
        foreach (var message in page.Found)
            answer.Messages.Add(DetailsOf(parts, message, find.WithMessages));
        return answer;
    }

    private static V1.FoundMessage DetailsOf(SessionParts parts, FoundMessage found, bool withMessage)
    {
        var message = new V1.FoundMessage
        {
            MessageId = new MessageId(parts.Store.Partition, found.Id).ToString(),
            Offset = (ulong)found.Offset,
            PublishTime = (ulong)found.PublishTime.UnixMilliseconds,
            QueuedTime = (ulong)(found.QueuedTime?.UnixMilliseconds ?? 0),
            DeliverAt = (ulong)(found.Due?.UnixMilliseconds ?? 0),
        };
        if (withMessage)
            message.Message = UnsafeByteOperations.UnsafeWrap(found.Message);
        if (!MessageReader.TryRead(found.Message, out var view, out _))
            return message;
        message.Priority = (uint)view.Priority;
        message.Tag = Encoding.UTF8.GetString(view.Tag);
        message.OrderingKey = Encoding.UTF8.GetString(view.OrderingKey);
        message.BodyBytes = (uint)view.Body.Length;
        message.Headers = (uint)view.HeaderCount;
        foreach (var key in view.Keys)
            message.Keys.Add(Encoding.UTF8.GetString(key));
        return message;
    }
}
