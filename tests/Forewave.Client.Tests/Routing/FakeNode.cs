using System.Collections.Concurrent;
using Forewave.Client.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Protocol.Routes;
using Google.Protobuf;
using Command = Forewave.Protocol.V1.ClientFrame.CommandOneofCase;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Tests.Routing;

/// <summary>The master of one partition, which answers by itself. Its connections are loops of the thread pool that end with their pipes.</summary>
internal sealed class FakeNode(FakeNetwork network, PartitionNumber partition, Epoch epoch)
{
    private readonly ConcurrentQueue<FakeConnection> _connections = new();
    private ulong _position;
    private int _slotsTold;

    public PartitionNumber Partition { get; } = partition;

    public NodeMode Mode { get; set; }

    /// <summary>For what a client that was refused waits, of a node that is a slave.</summary>
    public TaskCompletionSource<V1.AwaitedRoute?> Awaited { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>With what it refuses.</summary>
    public ErrorCode Refusal { get; set; } = ErrorCode.DiskFull;

    /// <summary>Bodies of what was stored, in order.</summary>
    public ConcurrentQueue<string> Stored { get; } = new();

    /// <summary>Every batch that came: first sequence and bodies.</summary>
    public ConcurrentQueue<string> Came { get; } = new();

    /// <summary>What it did for transactions, in order: "begin", "prepare" with the first number and the bodies, "commit", "roll back".</summary>
    public ConcurrentQueue<string> Transactions { get; } = new();

    /// <summary>How often it told the slots of a queue.</summary>
    public int SlotsTold => _slotsTold;

    public int Connections => _connections.Count;

    /// <summary>What it answers to administration; what it throws it refuses.</summary>
    public Func<V1.AdministrationRequest, V1.AdministrationAnswer> Administer { get; set; } = _ => throw new ForewaveException(ErrorCode.QueueNotFound);

    /// <summary>Every administrative request that came.</summary>
    public ConcurrentQueue<V1.AdministrationRequest> Administered { get; } = new();

    public void Serve(FakeConnection connection)
    {
        _connections.Enqueue(connection);
        _ = RunAsync(connection);
    }

    /// <summary>All its connections break.</summary>
    public async Task BreakAsync()
    {
        while (_connections.TryDequeue(out FakeConnection? connection))
        {
            await connection.BreakAsync();
        }
    }

    private async Task RunAsync(FakeConnection connection)
    {
        try
        {
            while (await connection.ReadAsync() is { } frame)
            {
                await AnswerAsync(connection, frame);
            }
        }
        catch (Exception ended) when (ended is InvalidOperationException or TimeoutException)
        {
            // The pipe was completed, by the test or the client.
        }
    }

    private Task AnswerAsync(FakeConnection connection, V1.ClientFrame frame) => frame.CommandCase switch
    {
        Command.Hello when Mode == NodeMode.Slave => RefuseAsSlaveAsync(connection, frame),
        Command.Hello => connection.AnswerAsync(frame, new V1.ServerFrame { Hello = Hello() }),
        Command.GetRoutes => AnswerRoutesAsync(connection, frame),
        Command.OpenProducer => connection.AnswerAsync(frame, new V1.ServerFrame { ProducerOpened = new V1.ProducerOpened { Producer = 1 } }),
        Command.OpenQueue => OpenQueueAsync(connection, frame),
        Command.BeginTransaction => BeginAsync(connection, frame),
        Command.Prepare => PrepareAsync(connection, frame),
        Command.Decide => DecideAsync(connection, frame),
        Command.Publish => PublishAsync(connection, frame),
        Command.Administration => AdministerAsync(connection, frame),
        Command.Ping => connection.AnswerAsync(frame, new V1.ServerFrame { Pong = new V1.Pong() }),
        _ => Task.CompletedTask,
    };

    // As a broker does: a client that waits for a later route is refused when there is one.
    private Task RefuseAsSlaveAsync(FakeConnection connection, V1.ClientFrame frame)
    {
        V1.AwaitedRoute? awaited = frame.Hello.Awaited;
        if (awaited is null)
        {
            return RefuseAsync();
        }

        network.WhenChanged(RefuseAsync);
        Awaited.TrySetResult(awaited);
        return Task.CompletedTask;

        async Task RefuseAsync()
        {
            V1.Error error = ErrorFrame.Of(ErrorCode.NotOwner);
            error.Routes = network.Routes.ToWire();
            await connection.SendAsync(new V1.ServerFrame { Error = error });
            await connection.BreakAsync();
        }
    }

    private async Task AnswerRoutesAsync(FakeConnection connection, V1.ClientFrame frame)
    {
        if (frame.GetRoutes.Wait > 0 && network.Routes.Version == frame.GetRoutes.Version)
        {
            network.WhenChanged(() => connection.AnswerAsync(frame, new V1.ServerFrame { Routes = network.Routes.ToWire() }));
            return;
        }

        await connection.AnswerAsync(frame, new V1.ServerFrame { Routes = network.Routes.ToWire() });
    }

    private async Task AdministerAsync(FakeConnection connection, V1.ClientFrame frame)
    {
        Administered.Enqueue(frame.Administration);
        try
        {
            await connection.AnswerAsync(frame, new V1.ServerFrame { Administration = Administer(frame.Administration) });
        }
        catch (ForewaveException refused)
        {
            await connection.RefuseAsync(frame, refused.Code);
        }
    }

    private async Task PublishAsync(FakeConnection connection, V1.ClientFrame frame)
    {
        V1.Published published = new();
        foreach (V1.PublishBatch batch in frame.Publish.Batches)
        {
            List<string> bodies = [.. batch.Messages.Select(message => V1.Message.Parser.ParseFrom(message).Body.ToStringUtf8())];
            Came.Enqueue($"{batch.FirstSequence}: {string.Join(' ', bodies)}");
            if (Mode == NodeMode.Refuse)
            {
                published.Batches.Add(new V1.PublishedBatch { Error = ErrorFrame.Of(Refusal) });
                continue;
            }

            if (Mode == NodeMode.Store)
            {
                bodies.ForEach(Stored.Enqueue);
            }

            published.Batches.Add(new V1.PublishedBatch { FirstPosition = _position + 1, Durability = V1.Durability.Synced });
            _position += (ulong)bodies.Count;
        }

        if (Mode != NodeMode.Silent)
        {
            await connection.AnswerAsync(frame, new V1.ServerFrame { Published = published });
        }
    }

    private Task OpenQueueAsync(FakeConnection connection, V1.ClientFrame frame)
    {
        if (frame.OpenQueue.Slots)
        {
            Interlocked.Increment(ref _slotsTold);
        }

        return connection.AnswerAsync(frame, new V1.ServerFrame { QueueOpened = new V1.QueueOpened { Queue = 1, Slots = network.Slots.ToWire() } });
    }

    private Task BeginAsync(FakeConnection connection, V1.ClientFrame frame)
    {
        Transactions.Enqueue("begin");
        return connection.AnswerAsync(frame, new V1.ServerFrame { TransactionBegun = new V1.TransactionBegun { Transaction = ++_position } });
    }

    // As a broker does: all of it, or nothing where one message is of another partition.
    private Task PrepareAsync(FakeConnection connection, V1.ClientFrame frame)
    {
        V1.Publish publish = frame.Prepare.Publish;
        List<V1.Message> messages = [.. publish.Batches.SelectMany(batch => batch.Messages).Select(message => V1.Message.Parser.ParseFrom(message))];
        if (messages.Any(message => message.OrderingKey.Length > 0 && network.Slots.OwnerOf(message.OrderingKey) != Partition))
        {
            return connection.RefuseAsync(frame, ErrorCode.TransactionSpansPartitions);
        }

        Transactions.Enqueue($"prepare {publish.Batches[0].FirstSequence}: {string.Join(' ', messages.Select(message => message.Body.ToStringUtf8()))}");
        V1.Published published = new();
        foreach (V1.PublishBatch batch in publish.Batches)
        {
            published.Batches.Add(new V1.PublishedBatch { FirstPosition = _position + 1, Durability = V1.Durability.Synced });
            _position += (ulong)batch.Messages.Count;
        }

        return connection.AnswerAsync(frame, new V1.ServerFrame { Published = published });
    }

    private Task DecideAsync(FakeConnection connection, V1.ClientFrame frame)
    {
        if (frame.Decide.Transaction != 0)
        {
            Transactions.Enqueue(frame.Decide.Decision == V1.TransactionDecision.Commit ? "commit" : "roll back");
        }

        return connection.AnswerAsync(frame, new V1.ServerFrame { Decided = new V1.Decided { Decision = frame.Decide.Decision } });
    }

    private V1.HelloAnswer Hello()
    {
        V1.HelloAnswer answer = new() { ProtocolVersion = 1, BrokerVersion = "1.2.3", Partition = Partition.Value, Epoch = epoch.Value };
        answer.Capabilities.AddRange(
        [
            CapabilityNames.Streaming, CapabilityNames.Administration, CapabilityNames.DeadLetters, CapabilityNames.DeadOperations, CapabilityNames.Search,
            CapabilityNames.GroupControl, CapabilityNames.Delays, CapabilityNames.Ordering, CapabilityNames.Deduplication, CapabilityNames.Routes,
            CapabilityNames.Transactions,
        ]);
        return answer;
    }
}
