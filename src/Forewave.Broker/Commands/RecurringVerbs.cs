using System.Text;
using Forewave.Broker.Queues;
using Forewave.Broker.Scheduling.Recurring;
using Forewave.Broker.Sessions;
using Forewave.Broker.Settings;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;
using Verb = Forewave.Protocol.V1.AdministrationRequest.VerbOneofCase;

namespace Forewave.Broker.Commands;

/// <summary>Verbs about recurring messages. Changes are answered when they are committed.</summary>
internal static class RecurringVerbs
{
    private const int MostCronBytes = 255;
    private const string Utc = "UTC";

    /// <summary>The answer, or null where the verb is none about recurring messages.</summary>
    public static async ValueTask<V1.AdministrationAnswer?> RunAsync(
        SessionParts parts, V1.AdministrationRequest request, CancellationToken cancellation) => request.VerbCase switch
        {
            Verb.SetRecurring => await SetAsync(parts, request.SetRecurring, cancellation),
            Verb.ListRecurring => await ListAsync(parts, request.ListRecurring, cancellation),
            Verb.DeleteRecurring => await DeleteAsync(parts, request.DeleteRecurring, cancellation),
            _ => null,
        };

    private static async ValueTask<V1.AdministrationAnswer> SetAsync(
        SessionParts parts, V1.SetRecurring request, CancellationToken cancellation)
    {
        if (!parts.Options.Scheduling)
            throw new RefusedException(ErrorCode.CapabilityMissing, "recurring messages need the capability \"delays\".");
        parts.Settings.Terms.RequireWrites();
        LiveTerms.Require((QueueVerbs.Existing(parts, request.Queue).TermsUnder(parts.Settings.Terms).Off & MessageCapabilities.Delays) == 0, "scheduling");
        var message = new RecurringMessage
        {
            Queue = QueueVerbs.Existing(parts, request.Queue).Id,
            Name = GroupVerbs.NameOf(request.Name).Value,
            Cron = Short(request.Cron),
            TimeZone = request.TimeZone.Length == 0 ? Utc : Short(request.TimeZone),
            Message = Checked(request.Message, parts.Options.Expiry),
            NextDue = default,
        };
        var set = await parts.Scheduling.Administration.Recurring.SetAsync(message, cancellation);
        return Answer(parts, [set]);
    }

    private static async ValueTask<V1.AdministrationAnswer> ListAsync(
        SessionParts parts, V1.ListRecurring request, CancellationToken cancellation)
    {
        uint queue = request.Queue.Length == 0 ? 0 : QueueVerbs.Existing(parts, request.Queue).Id;
        return Answer(parts, await parts.Scheduling.Administration.Recurring.ListAsync(queue, cancellation));
    }

    private static async ValueTask<V1.AdministrationAnswer> DeleteAsync(
        SessionParts parts, V1.DeleteRecurring request, CancellationToken cancellation)
    {
        uint queue = QueueVerbs.Existing(parts, request.Queue).Id;
        await parts.Scheduling.Administration.Recurring.DeleteAsync(queue, GroupVerbs.NameOf(request.Name).Value, cancellation);
        return new V1.AdministrationAnswer { Changed = new V1.Changed { Messages = 1 } };
    }

    private static V1.AdministrationAnswer Answer(SessionParts parts, IEnumerable<RecurringMessage> messages)
    {
        var list = new V1.RecurringList();
        foreach (var message in messages)
        {
            if (parts.Queues.Find(message.Queue) is { } queue)
                list.Messages.Add(DetailsOf(parts, queue, message));
        }
        return new V1.AdministrationAnswer { Recurring = list };
    }

    private static V1.RecurringMessage DetailsOf(SessionParts parts, QueueEntry queue, RecurringMessage message) => new()
    {
        Queue = queue.Name.Value,
        Name = message.Name,
        Cron = message.Cron,
        TimeZone = message.TimeZone,
        Message = ByteString.CopyFrom(message.Message.Span),
        NextDeliverAt = (ulong)message.NextDue.UnixMilliseconds,
        NextMessageId = new MessageId(parts.Store.Partition, message.NextId).ToString(),
    };

    private static string Short(string text) => Encoding.UTF8.GetByteCount(text) <= MostCronBytes
        ? text
        : throw new RefusedException(ErrorCode.FieldInvalid, $"cron or time_zone is longer than {MostCronBytes} bytes.");

    private static ReadOnlyMemory<byte> Checked(ByteString message, bool mayExpire)
    {
        if (message.Length > Limits.RecurringMessageBytes)
            throw new RefusedException(ErrorCode.MessageTooLarge, "the message of a recurring message is at most 64 KiB.");
        if (!MessageReader.TryRead(message.Span, out var view, out var problem))
            throw new RefusedException(problem.Code, problem.Text);
        bool livesOn = mayExpire && view.ExpiresAtMilliseconds == 0;
        if ((view.Capabilities & ~(livesOn ? MessageCapabilities.Expiry : MessageCapabilities.None)) != 0)
            throw new RefusedException(ErrorCode.FieldInvalid, "the message of a recurring message has a time of its own, or asks for what this broker cannot do.");
        return message.ToByteArray();
    }
}
