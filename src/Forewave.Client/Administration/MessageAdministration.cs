using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Administration;

/// <summary>
/// Single messages, by their ids. Thread-safe; what only looks is asked again over the next connection. Errors are those that
/// <see cref="BrokerAdministration"/> tells of.
/// </summary>
public sealed class MessageAdministration
{
    private readonly AdministrationCalls _calls;

    internal MessageAdministration(AdministrationCalls calls) => _calls = calls;

    /// <summary>
    /// A message with its body, and where it is: in its queue, and there in which state in each group; scheduled; cancelled. One
    /// round trip, a few reads of the broker's disk at most.
    /// </summary>
    /// <exception cref="ForewaveException"><c>MessageNotFound</c>: it has passed its retention, was purged, or never was; <c>NotOwner</c>.</exception>
    public async ValueTask<MessageDetails> ShowAsync(MessageId id, CancellationToken cancellation = default)
    {
        V1.AdministrationRequest request = new() { ShowMessage = new() { MessageId = id.ToString() } };
        return MessageAnswers.ToMessage((await _calls.AskAsync(request, cancellation).ConfigureAwait(false)).Message);
    }

    /// <summary>
    /// What happened to a message: stored, released, delivered to whom, failed why, acked, dead. Everything where its queue is
    /// traced (<see cref="QueueSettings.Trace"/>), else what groups and dead letters remember of failures. One round trip for each
    /// 10,000 records of the queue's trace since the message was published.
    /// </summary>
    /// <exception cref="ForewaveException"><c>MessageNotFound</c>, <c>NotOwner</c>.</exception>
    public async ValueTask<MessageTrace> TraceAsync(MessageId id, CancellationToken cancellation = default)
    {
        V1.TraceMessage trace = new() { MessageId = id.ToString() };
        List<TraceEvent> events = [];
        V1.MessageTrace answer;
        do
        {
            answer = (await _calls.AskAsync(new() { TraceMessage = trace }, cancellation).ConfigureAwait(false)).Trace;
            events.AddRange(answer.Events.Select(MessageAnswers.ToEvent));
            trace.After = answer.More;
        }
        while (answer.More > 0);
        return new MessageTrace
        {
            Id = id, Queue = new QueueName(answer.Queue), IsTraced = answer.Traced, Events = [.. events.OrderBy(one => one.Time)],
            TraceParent = answer.TraceParent.Length == 0 ? null : answer.TraceParent,
        };
    }
}
