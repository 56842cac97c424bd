using System.Text;
using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.Outcomes;
using Forewave.Broker.Delivery.Priorities;
using Forewave.Broker.Messages;
using Forewave.Broker.Observability;
using Forewave.Broker.Sessions;
using Forewave.Broker.Settings;
using Forewave.Protocol;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;
using Verb = Forewave.Protocol.V1.AdministrationRequest.VerbOneofCase;

namespace Forewave.Broker.Commands;

/// <summary>Verbs about one message, by its id.</summary>
internal static class MessageVerbs
{
    /// <summary>The answer, or null where the verb is none about a message.</summary>
    public static async ValueTask<V1.AdministrationAnswer?> RunAsync(
        SessionParts parts, V1.AdministrationRequest request, CancellationToken cancellation) => request.VerbCase switch
        {
            Verb.ShowMessage => await ShowAsync(parts, request.ShowMessage, cancellation),
            Verb.TraceMessage => await TraceAsync(parts, request.TraceMessage, cancellation),
            Verb.AwaitOutcome => await AwaitAsync(parts, request.AwaitOutcome, cancellation),
            _ => null,
        };

    /// <summary>A message's id as a request has it.</summary>
    public static MessageId IdOf(string text) =>
        MessageId.TryParse(text, out var id) ? id : throw new RefusedException(ErrorCode.MessageIdInvalid);

    /// <summary>What became of a message in a group, as an answer has it.</summary>
    public static V1.GroupMessage AnswerOf(GroupMessage message)
    {
        var answer = new V1.GroupMessage
        {
            Group = message.Group.Value,
            State = (V1.MessageState)message.State,
            Attempt = message.Attempt,
            Consumer = message.Consumer,
            Since = (ulong)message.Since,
            Until = (ulong)message.Until,
            DeadPlace = (ulong)message.DeadPlace,
            Reason = message.Reason,
        };
        answer.History.AddRange(message.History.Select(AnswerOf));
        return answer;
    }

    /// <summary>A failed attempt, as an answer has it.</summary>
    public static V1.AttemptRecord AnswerOf(FailedAttempt attempt) => new()
    {
        Attempt = attempt.Attempt, Time = (ulong)attempt.Time, Consumer = attempt.Consumer, Reason = attempt.Reason,
    };

    private static async ValueTask<V1.AdministrationAnswer> ShowAsync(
        SessionParts parts, V1.ShowMessage request, CancellationToken cancellation)
    {
        var found = await parts.Messages.FindAsync(IdOf(request.MessageId), cancellation);
        var details = DetailsOf(parts, found);
        if (found.Indexed is { } indexed)
        {
            var groups = await parts.Delivery.Outcomes.ShowAsync(found.Queue, indexed).WaitAsync(cancellation);
            details.Groups.AddRange(groups.Select(AnswerOf));
        }
        return new V1.AdministrationAnswer { Message = details };
    }

    private static async ValueTask<V1.AdministrationAnswer> TraceAsync(
        SessionParts parts, V1.TraceMessage request, CancellationToken cancellation)
    {
        if (request.After > long.MaxValue)
            throw new RefusedException(ErrorCode.FieldInvalid, "after is beyond 2^63.");
        var trace = await parts.Traces.ReadAsync(IdOf(request.MessageId), (long)request.After, cancellation);
        var answer = new V1.MessageTrace
        {
            MessageId = request.MessageId, Queue = trace.Found.Queue.Name.Value, Traced = trace.IsTraced, More = (ulong)trace.More,
            TraceParent = TraceContext.ParentOf(trace.Found.Message.Span) ?? "",
        };
        answer.Events.AddRange(trace.Events.Select(one => new V1.TraceEvent
        {
            Time = (ulong)one.Time.UnixMilliseconds,
            Kind = (V1.TraceEventKind)one.Kind,
            Group = one.Group,
            Attempt = one.Attempt,
            Consumer = one.Consumer,
            Reason = one.Reason,
            Until = (ulong)(one.Until?.UnixMilliseconds ?? 0),
        }));
        return new V1.AdministrationAnswer { Trace = answer };
    }

    private static async ValueTask<V1.AdministrationAnswer> AwaitAsync(
        SessionParts parts, V1.AwaitOutcome request, CancellationToken cancellation)
    {
        if (!parts.Options.Outcomes)
            throw new RefusedException(ErrorCode.CapabilityMissing, "waiting for outcomes is switched off.");
        LiveTerms.Require(parts.Settings.Terms.Options.Outcomes, "outcomes");
        if (request.Wait > Limits.MaxOutcomeWait.TotalMilliseconds)
            throw new RefusedException(ErrorCode.FieldInvalid, $"wait is at most {Limits.MaxOutcomeWait.TotalMilliseconds:0} ms.");
        var until = request.Until == V1.OutcomeKind.Unspecified ? OutcomeKind.Final : (OutcomeKind)request.Until;
        if (!Enum.IsDefined(until))
            throw new RefusedException(ErrorCode.FieldInvalid, "until is stored, delivered or final.");
        var outcome = await parts.Outcomes.AwaitAsync(
            new OutcomeTerms
            {
                Id = IdOf(request.MessageId),
                Group = GroupVerbs.NameOf(request.Group),
                Until = until,
                Wait = TimeSpan.FromMilliseconds(request.Wait),
            },
            cancellation);
        var answer = new V1.MessageOutcome
        {
            Where = (V1.MessageWhere)outcome.Found.Where,
            DeliverAt = (ulong)(outcome.Found.Due?.UnixMilliseconds ?? 0),
            Reached = outcome.Answer.IsReached,
        };
        if (outcome.Answer.Message is { } message)
            answer.Group = AnswerOf(message);
        return new V1.AdministrationAnswer { Outcome = answer };
    }

    private static V1.MessageDetails DetailsOf(SessionParts parts, FoundMessage found) => new()
    {
        MessageId = new MessageId(parts.Store.Partition, found.Id).ToString(),
        Queue = found.Queue.Name.Value,
        Where = (V1.MessageWhere)found.Where,
        Offset = found.Indexed is { } indexed ? (ulong)PriorityBand.OfIndex(indexed.Index).OnWire(indexed.Offset) : 0,
        PublishTime = (ulong)found.PublishTime.UnixMilliseconds,
        DeliverAt = (ulong)(found.Due?.UnixMilliseconds ?? 0),
        ReleaseTime = (ulong)(found.Released?.UnixMilliseconds ?? 0),
        ProducerName = Encoding.UTF8.GetString(parts.Producers.NameOf(found.Producer).Span),
        Message = UnsafeByteOperations.UnsafeWrap(found.Message),
    };
}
