using Forewave.Broker.Tests.Promises.Histories;
using Forewave.Protocol;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Promises.Scenarios;

/// <summary>
/// A producer as an SDK is one: numbers its messages, keeps what is not answered through the broker's lives, and sends it again
/// in order when it is connected again. Driven by one task; answers come on another.
/// </summary>
internal sealed class ScenarioProducer
{
    private readonly Lock _gate = new();
    private readonly Scenario _scenario;
    private readonly SortedDictionary<ulong, TestMessage> _unanswered = [];
    private readonly Dictionary<QueuePlan, (uint Number, string Label)> _handles = new(ReferenceEqualityComparer.Instance);
    private ProducerId _id;
    private int _number;
    private ulong _next = 1;
    private bool _isUnknown;
    private WireConnection? _connection;
    private uint _producer;

    public ScenarioProducer(Scenario scenario)
    {
        _scenario = scenario;
        Renew();
    }

    /// <summary>What begins transactions on its connections; null: nobody.</summary>
    public ScenarioShop? Shop { get; init; }

    public WireConnection? Connection => _connection is { HasEnded: false } ? _connection : null;

    /// <summary>Everything was answered.</summary>
    public bool IsDone
    {
        get
        {
            lock (_gate)
                return _unanswered.Count == 0;
        }
    }

    /// <summary>Connects and sends again what was not answered; false: the broker is gone.</summary>
    public async Task<bool> ConnectAsync()
    {
        if (_isUnknown)
            Renew();
        _handles.Clear();
        var connection = await _scenario.OpenAsync(frame => Shop?.Received(frame));
        var open = new V1.OpenProducer { ProducerId = ByteString.CopyFrom(_id.ToBytes()), Name = $"p{_number}" };
        var opened = await connection.AskAsync(new V1.ClientFrame { OpenProducer = open });
        if (opened?.ProducerOpened is null)
            return false;
        _producer = opened.ProducerOpened.Producer;
        foreach (var queue in _scenario.Plan.Queues)
        {
            var answer = await connection.AskAsync(new V1.ClientFrame { OpenQueue = new V1.OpenQueue { Queue = queue.Name, Create = true } });
            if (answer?.QueueOpened is null)
                return false;
            _handles.Add(queue, (answer.QueueOpened.Queue, queue.Label));
        }
        _connection = connection;
        SendAgain();
        return Shop is null || await Shop.OpenAsync(connection, _handles);
    }

    /// <summary>Publishes some messages to some queues in one frame.</summary>
    public void Publish(Random random)
    {
        if (Connection is null)
            return;
        var messages = new List<TestMessage>();
        lock (_gate)
        {
            for (int batches = random.Next(1, 4); batches > 0; batches--)
            {
                var queue = _scenario.Plan.Queues[random.Next(_scenario.Plan.Queues.Count)];
                for (int count = random.Next(8) == 0 ? random.Next(1, 40) : random.Next(1, 6); count > 0; count--)
                    messages.Add(TestMessage.Make(new MessageKey(_number, _next++), queue, random, _scenario.Time.GetUtcNow()));
            }
            foreach (var message in messages)
                _unanswered.Add(message.Key.Sequence, message);
        }
        SendFrame(messages, random);
    }

    /// <summary>Publishes one message to each queue; returns them.</summary>
    public IReadOnlyList<TestMessage> PublishLast(Random random)
    {
        var messages = new List<TestMessage>();
        lock (_gate)
        {
            foreach (var queue in _scenario.Plan.Queues)
                messages.Add(TestMessage.MakePlain(new MessageKey(_number, _next++), queue, random));
            foreach (var message in messages)
                _unanswered.Add(message.Key.Sequence, message);
        }
        if (Connection is not null)
            SendFrame(messages, random);
        return messages;
    }

    /// <summary>The connection ends without a word.</summary>
    public async Task LeaveAsync()
    {
        Shop?.Left();
        if (_connection is { } left)
            await left.LeaveAsync();
        _connection = null;
    }

    private void Renew()
    {
        _number = _scenario.NextProducerNumber();
        _id = new ProducerId((UInt128)(uint)_number);
        _next = 1;
        _isUnknown = false;
        _unanswered.Clear();
    }

    private void SendAgain()
    {
        TestMessage[] messages;
        lock (_gate)
            messages = [.. _unanswered.Values];
        var random = _scenario.Random;
        for (int sent = 0; sent < messages.Length;)
        {
            int count = Math.Min(random.Next(1, 80), messages.Length - sent);
            SendFrame(messages.AsSpan(sent, count).ToArray(), random);
            sent += count;
        }
    }

    /// <summary>One frame: runs of one queue are batches, cut anywhere.</summary>
    private void SendFrame(IReadOnlyList<TestMessage> messages, Random random)
    {
        var batches = new List<List<TestMessage>>();
        foreach (var message in messages)
        {
            bool goesOn = batches.Count > 0 && batches[^1][^1] is var last
                && last.Queue == message.Queue && last.Key.Sequence + 1 == message.Key.Sequence;
            if (!goesOn || random.Next(12) == 0)
                batches.Add([]);
            batches[^1].Add(message);
        }
        var publish = new V1.Publish { Producer = _producer };
        foreach (var batch in batches)
        {
            var sent = new V1.PublishBatch { Queue = _handles[batch[0].Queue].Number, FirstSequence = batch[0].Key.Sequence };
            sent.Messages.AddRange(batch.Select(message => message.Bytes));
            publish.Batches.Add(sent);
            foreach (var message in batch)
            {
                message.SentTo = _handles[message.Queue].Label;
                message.SentAt = _scenario.History.Add(message.Sent(EventKind.PublishSent, _scenario.Time.GetUtcNow()) with
                {
                    Connection = _connection!.Number.Value, ConnectedAfter = _connection.Number.ConnectedAfter,
                });
            }
        }
        _connection!.Send(new V1.ClientFrame { Publish = publish }, answer => Answered(batches, answer));
    }

    private void Answered(List<List<TestMessage>> batches, V1.ServerFrame? answer)
    {
        for (int i = 0; i < batches.Count && answer is not null; i++)
        {
            if (answer.Published is null)
                Refused(batches[i], answer.Error);
            else
                Answered(batches[i], answer.Published.Batches[i]);
        }
    }

    private void Answered(List<TestMessage> batch, V1.PublishedBatch receipt)
    {
        if (receipt.Error is { } error)
            Refused([.. batch.Where((_, place) => receipt.Positions.Count == 0 || receipt.Positions[place] == 0)], error);
        if (receipt.Error is null || receipt.Positions.Count > 0)
            Stored(batch, receipt);
    }

    private void Stored(List<TestMessage> batch, V1.PublishedBatch receipt)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            if (receipt.Error is not null && receipt.Positions[i] == 0)
                continue;
            ulong position = receipt.Positions.Count > 0 ? receipt.Positions[i] : receipt.FirstPosition + (ulong)i;
            bool isRepeat = receipt.Duplicate || (receipt.Repeated.Length > i / 8 && (receipt.Repeated[i / 8] & 1 << (i % 8)) != 0);
            _scenario.History.Add(Event(EventKind.PublishAnswered, batch[i]) with
            {
                Position = position, Durability = (Durability)receipt.Durability, IsRepeat = isRepeat, Request = batch[i].SentAt,
            });
            if (batch[i].IsTimed && !isRepeat)
                _scenario.Timed.Add((batch[i], position));
            lock (_gate)
                _unanswered.Remove(batch[i].Key.Sequence);
        }
    }

    private void Refused(List<TestMessage> batch, V1.Error error)
    {
        // What was to come, or to expire, before it could be sent is given up, as what was for a queue that is deleted, and what is behind it goes with it: the sequences are used up.
        // Where that answer was lost with a life, the next one takes the sequence for one that was left out.
        _isUnknown |= (ErrorCode)error.Number is ErrorCode.ProducerUnknown or ErrorCode.DeliveryTimeInvalid or ErrorCode.ExpiryTimeInvalid
            or ErrorCode.QueueNotFound or ErrorCode.SequenceGap;
        foreach (var message in batch)
            _scenario.History.Add(Event(EventKind.PublishRefused, message) with { Error = (ErrorCode)error.Number, Request = message.SentAt });
    }

    private HistoryEvent Event(EventKind kind, TestMessage message) => new()
    {
        Kind = kind,
        Connection = _connection!.Number.Value,
        ConnectedAfter = _connection.Number.ConnectedAfter,
        Message = message.Key,
        Group = GroupKey.OfQueue(message.SentTo),
    };
}
