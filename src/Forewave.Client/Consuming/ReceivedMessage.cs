using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Forewave.Client.Telemetry;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Client.Consuming;

/// <summary>
/// A message that a consumer was handed. Its bytes are its own for ever: they live in memory that the garbage collector keeps
/// while anybody looks at them, up to 64 KiB of neighbours with them. Thread-safe; copies are the same message. Tag, keys and
/// headers are read from the encoded bytes each time they are asked for. The <c>default</c> is no message and throws on use.
/// </summary>
public readonly struct ReceivedMessage
{
    private const uint BodyTag = (1 << 3) | 2;

    private readonly LeasedRun? _run;
    private readonly ByteRange _encoded;
    private readonly int _index;

    internal ReceivedMessage(LeasedRun run, ByteRange encoded, int index)
    {
        _run = run;
        _encoded = encoded;
        _index = index;
    }

    /// <summary>The body, without a copy.</summary>
    public ReadOnlyMemory<byte> Body
    {
        get
        {
            ByteRange body = default;
            ProtoReader reader = new(Run.Bytes, _encoded);
            while (!reader.IsAtEnd && reader.TryReadTag(out uint tag))
            {
                if (tag == BodyTag ? !reader.TryReadRange(out body) : !reader.TrySkip(tag))
                {
                    break;
                }
            }

            return body.Of((ReadOnlyMemory<byte>)Run.Bytes);
        }
    }

    /// <summary>The tag; null where there is none. Allocates the text.</summary>
    public string? Tag
    {
        get
        {
            ReadOnlySpan<byte> tag = MessageReader.ReadTag(Encoded.Span);
            return tag.IsEmpty ? null : Encoding.UTF8.GetString(tag);
        }
    }

    /// <summary>The ordering key; null where there is none. Allocates the text.</summary>
    public string? OrderingKey
    {
        get
        {
            ReadOnlySpan<byte> key = OrderingKeyReader.Read(Encoded.Span);
            return key.IsEmpty ? null : Encoding.UTF8.GetString(key);
        }
    }

    /// <summary>The priority, 0 to 9; 4 where its producer named none.</summary>
    public int Priority => View.Priority;

    /// <summary>The keys, in their order. Allocates.</summary>
    public IReadOnlyList<string> Keys
    {
        get
        {
            List<string> keys = [];
            foreach (ReadOnlySpan<byte> key in View.Keys)
            {
                keys.Add(Encoding.UTF8.GetString(key));
            }

            return keys;
        }
    }

    /// <summary>The headers, in their order; a name may stand more than once. Allocates.</summary>
    public IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>> Headers
    {
        get
        {
            List<KeyValuePair<string, ReadOnlyMemory<byte>>> headers = [];
            foreach (HeaderView header in View.Headers)
            {
                headers.Add(new(Encoding.UTF8.GetString(header.Name), header.Value.ToArray()));
            }

            return headers;
        }
    }

    /// <summary>The value of the first header with this name; false where there is none. Allocates nothing.</summary>
    /// <param name="name">Compared byte by byte as UTF-8.</param>
    /// <param name="value">A part of the message.</param>
    public bool TryGetHeader(ReadOnlySpan<byte> name, out ReadOnlyMemory<byte> value)
    {
        ReadOnlySpan<byte> bytes = Run.Bytes;
        foreach (HeaderView header in View.Headers)
        {
            if (header.Name.SequenceEqual(name))
            {
                int start = 0;
                value = bytes.Overlaps(header.Value, out start) ? Run.Bytes.AsMemory(start, header.Value.Length) : default;
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>The encoded message, as it was published.</summary>
    public ReadOnlyMemory<byte> Encoded => _encoded.Of((ReadOnlyMemory<byte>)Run.Bytes);

    /// <summary>The message's id: the one that its producer was given.</summary>
    public MessageId Id => new(Run.Terms.Partition, Run.FirstPosition.Plus((ulong)_index));

    /// <summary>The queue it came from.</summary>
    public QueueName Queue => Run.Consumer.Queue;

    /// <summary>The group that it was delivered to.</summary>
    public GroupName Group => Run.Consumer.Group;

    /// <summary>Its place in its queue's partition.</summary>
    public Offset Offset => Run.First.Plus(_index);

    /// <summary>Which delivery this is: 1 for the first.</summary>
    public Attempt Attempt => Run.Attempt;

    /// <summary>When the broker stored it.</summary>
    public DateTimeOffset PublishTime => DateTimeOffset.FromUnixTimeMilliseconds(Run.PublishTimeMilliseconds);

    /// <summary>The role that published it; empty where it gave none.</summary>
    public string ProducerName => Run.ProducerName;

    /// <summary>It came back from the dead letters.</summary>
    public bool IsRedriven => Run.IsRedriven;

    /// <summary>Names this lease: with it the message can be settled from any connection of the group, over any protocol.</summary>
    public LeaseHandle Handle =>
        new(Run.Terms.Partition, Run.Terms.Queue, Run.Terms.Group, Offset, Run.Attempt, Run.Epoch);

    /// <summary>The body as a value, from JSON.</summary>
    /// <exception cref="JsonException">It is no such value.</exception>
    public T? Deserialize<T>(JsonTypeInfo<T> type) => JsonSerializer.Deserialize(Body.Span, type);

    /// <summary>
    /// Begins a span of the work on this message, <c>process {queue}</c>, in the trace that it was published in: for programs that receive
    /// themselves, <see cref="Consumer.RunAsync"/> does it. Current until it is disposed. Costs nothing while nobody listens to the
    /// activity source <c>Forewave.Client</c>.
    /// </summary>
    /// <returns>Null: nobody listens, or this message's trace is not recorded. To be disposed when the work is done.</returns>
    public Activity? StartProcessing() => ClientSpans.StartProcess(this);

    /// <summary>
    /// Done. Gathered and sent in the background with what else is settled: the cheapest way. That it failed is told by
    /// <see cref="ConsumerOptions.OnSettleFailed"/>; <see cref="Consumer.FlushAsync"/> waits for all.
    /// </summary>
    public void Ack() => Run.Lane.Settlements.Ack(this);

    /// <summary>Done. Completes when the broker has that on stable storage.</summary>
    /// <param name="cancellation">Ends the wait; the message may be acked all the same.</param>
    /// <exception cref="ForewaveException">
    /// <c>LeaseLost</c>: the lease expired and the message was handed out again. <c>OutcomeUnknown</c>: no answer in time.
    /// </exception>
    public ValueTask AckAsync(CancellationToken cancellation = default) =>
        Run.Lane.Settlements.SettleAsync(Run, _index, new Verdict(SettleVerb.Ack), cancellation);

    /// <summary>
    /// Done, with all that this consumer was handed before in this queue: every unsettled message up to this one's offset.
    /// In the background, as <see cref="Ack"/>.
    /// </summary>
    public void AckUpTo() => Run.Lane.Settlements.AckUpTo(Offset);

    /// <summary>As <see cref="AckUpTo"/>; completes when the broker has that on stable storage.</summary>
    /// <inheritdoc cref="AckAsync"/>
    public ValueTask AckUpToAsync(CancellationToken cancellation = default) =>
        Run.Lane.Settlements.AckUpToAsync(Offset, cancellation);

    /// <summary>Again, after a delay; the attempt counts.</summary>
    /// <param name="delay">Null: the group's back-off.</param>
    /// <param name="reason">Why, for the history; at most 255 bytes, the rest is cut off.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ForewaveException">As with <see cref="AckAsync"/>.</exception>
    public ValueTask NackAsync(TimeSpan? delay = null, string? reason = null, CancellationToken cancellation = default) =>
        Run.Lane.Settlements.SettleAsync(Run, _index, new Verdict(SettleVerb.Nack, delay, reason), cancellation);

    /// <summary>Again at once, in place, the attempt not counted: for what was not begun.</summary>
    /// <exception cref="ForewaveException">As with <see cref="AckAsync"/>.</exception>
    public ValueTask ReleaseAsync(CancellationToken cancellation = default) =>
        Run.Lane.Settlements.SettleAsync(Run, _index, new Verdict(SettleVerb.Release), cancellation);

    /// <summary>Keeps the message longer.</summary>
    /// <param name="length">From now; 1 ms to 12 h. Null: the visibility timeout.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ForewaveException"><c>LeaseLost</c>: it is not this consumer's any more.</exception>
    public ValueTask ExtendAsync(TimeSpan? length = null, CancellationToken cancellation = default) =>
        Run.Lane.Settlements.SettleAsync(
            Run, _index, new Verdict(SettleVerb.Extend, length ?? Run.VisibilityTimeout), cancellation);

    /// <summary>To the group's dead letters.</summary>
    /// <param name="reason">Why; at most 255 bytes, the rest is cut off.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ForewaveException">As with <see cref="AckAsync"/>.</exception>
    public ValueTask RejectAsync(string? reason = null, CancellationToken cancellation = default) =>
        Run.Lane.Settlements.SettleAsync(Run, _index, new Verdict(SettleVerb.Reject, null, reason), cancellation);

    /// <summary>The id, or nothing of a <c>default</c>.</summary>
    public override string ToString() => _run is null ? "" : Id.ToString();

    internal LeasedRun Run => _run ?? throw new InvalidOperationException("This is the default of ReceivedMessage, not a message.");

    internal int Index => _index;

    private MessageView View => MessageReader.TryRead(Encoded.Span, out MessageView view, out FrameProblem problem)
        ? view
        : throw problem.ToException();
}
