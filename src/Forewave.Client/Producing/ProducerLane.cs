using Forewave.Client.Connections;
using Forewave.Client.Routing;
using Forewave.Client.Telemetry;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Protocol.Routes;
using Forewave.Protocol.V1;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace Forewave.Client.Producing;

/// <summary>A producer's way to one partition: its buffer, its sequences, and how it makes itself known at the partition's master.</summary>
internal sealed class ProducerLane : ILinkParticipant
{
    private static readonly TimeSpan OpenRetryDelay = TimeSpan.FromMilliseconds(250);

    private readonly BrokerLink _link;
    private readonly ProducerOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly ProducerName _name;
    private readonly Protocol.Durability _requiredDurability;
    private ProducerId _id;
    private PartitionNumber _partition;

    public ProducerLane(BrokerLink link, ProducerOptions options, ForewaveClientOptions client, ProducerShare share)
    {
        _link = link;
        _options = options;
        _time = client.TimeProvider;
        _logger = client.LoggerFactory.CreateLogger("Forewave.Client");
        _requiredDurability = options.RequiredDurability ?? Protocol.Durability.Unspecified;
        _id = share.Id;
        _name = options.Name ?? new ProducerName(client.Name);
        Buffer = new ProducerBuffer(options, client.TimeProvider, share.Room, share.Maps)
        {
            OpenQueue = OpenQueue,
            LoseIdentity = LoseIdentity,
            WhyAway = () => link.WhyAway,
            HasFailed = () => link.HasFailed,
            TellPublishers = Tell,
            TellSlots = share.TellSlots,
            Doubt = share.Doubt,
        };
    }

    /// <summary>What waits.</summary>
    public ProducerBuffer Buffer { get; }

    /// <summary>The id under which the partition knows the producer.</summary>
    public ProducerId Id => _id;

    /// <summary>Begins.</summary>
    public void Join() => _link.Join(this);

    /// <summary>Ends.</summary>
    public void Leave() => _link.Leave(this);

    async ValueTask ILinkParticipant.ConnectedAsync(Connection connection, CancellationToken cancellation)
    {
        ProducerOpened opened = await OpenAsync(connection, cancellation).ConfigureAwait(false);
        _partition = new PartitionNumber((ushort)connection.Hello.Partition);
        await Task.WhenAll(Buffer.QueuesToOpen(connection).Select(queue => OpenQueueAsync(connection, queue))).ConfigureAwait(false);
        List<QueueBuffer> others = Buffer.Attach(connection, opened.Producer, new Sequence(opened.LastSequence));
        others.ForEach(queue => OpenQueue(connection, queue));
    }

    void ILinkParticipant.Disconnected(ForewaveException reason) => Buffer.Detach();

    // Tries again what may succeed later, as long as the connection lives; so it does without the right, of which what is published
    // meanwhile is told at once.
    private async Task<ProducerOpened> OpenAsync(Connection connection, CancellationToken cancellation)
    {
        OpenProducer open = new() { ProducerId = ByteString.CopyFrom(_id.ToBytes()), Name = _name.Value };
        while (true)
        {
            try
            {
                ServerFrame answer = await connection.RequestAsync(new ClientFrame { OpenProducer = open }, cancellation).ConfigureAwait(false);
                return answer.ProducerOpened;
            }
            catch (ForewaveException e) when (!connection.IsEnding && (e.Retry != RetryAdvice.Never || e.Code == ErrorCode.RightMissing))
            {
                Buffer.NotIntroduced(connection, e);
                await connection.PauseAsync(e.RetryAfter ?? OpenRetryDelay, cancellation).ConfigureAwait(false);
            }
            catch (ForewaveException e) when (!connection.IsEnding)
            {
                Buffer.FailAll(e);
                throw;
            }
        }
    }

    private void OpenQueue(Connection connection, QueueBuffer queue) =>
        new QueueOpening(Buffer, connection, queue).Send(_options.CreateQueues);

    private async Task OpenQueueAsync(Connection connection, QueueBuffer queue)
    {
        OpenQueue open = new() { Queue = queue.Name.Value, Create = _options.CreateQueues, Slots = connection.Capabilities.HasRoutes };
        try
        {
            ServerFrame answer = await connection.RequestAsync(new ClientFrame { OpenQueue = open }, default).ConfigureAwait(false);
            Buffer.Opened(connection, queue, answer.QueueOpened);
        }
        catch (ForewaveException e) when (!connection.IsEnding)
        {
            Buffer.Refused(queue, e);
        }
        catch (ForewaveException)
        {
            // The connection ended: the next one opens the queue again.
        }
    }

    private void LoseIdentity(Connection connection)
    {
        ForewaveException error = new(ErrorCode.OutcomeUnknown, "The broker does not know this producer's id any more: what was under way may be stored or not.");
        _id = ProducerId.New();
        Buffer.BeginAnew(error);
        connection.Fail(new ForewaveException(ErrorCode.ProducerUnknown));
    }

    private void Tell(Batch batch, BatchOutcome outcome)
    {
        ClientTelemetry.NoteSent(batch, outcome.Error, _time);
        ReadOnlySpan<CompletionEntry> entries = batch.Entries;
        for (int i = 0; i < entries.Length; i++)
        {
            try
            {
                Tell(entries[i], outcome, i);
            }
            catch (Exception e)
            {
                ClientLog.ObserverFailed(_logger, e);
            }
        }
    }

    private ForewaveException? ShortfallOf(in BatchOutcome outcome, int message) => outcome.Durability < _requiredDurability
        ? new ForewaveException(
            ErrorCode.DurabilityNotReached,
            $"Message {new MessageId(_partition, outcome.PositionOf(message))} is stored with durability {outcome.Durability}, and {_requiredDurability} was asked for.")
        : null;

    private void Tell(in CompletionEntry entry, in BatchOutcome outcome, int message)
    {
        // No position: an earlier try of this message was refused, and the refusal was lost with its connection.
        ForewaveException? error = outcome.Error ?? (outcome.PositionOf(message) == LogPosition.None
            ? new ForewaveException(ErrorCode.OutcomeUnknown, "An earlier try was refused; why was lost with its connection.")
            : null);
        error ??= ShortfallOf(outcome, message);
        if (error is not null)
        {
            entry.Observer?.Failed(error, entry.Token);
            return;
        }

        Receipt receipt = new(new MessageId(_partition, outcome.PositionOf(message)), outcome.Durability, outcome.IsRepeat(message));
        entry.Observer?.Stored(receipt, entry.Token);
    }
}
