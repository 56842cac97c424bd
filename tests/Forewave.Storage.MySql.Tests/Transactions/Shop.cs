using Forewave.Client;
using Forewave.Client.Producing;
using Forewave.Client.Transactions;
using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;

namespace Forewave.Storage.MySql.Tests.Transactions;

/// <summary>
/// A program that takes orders, to be killed: in a process of its own (<c>shop BROKER SOCKET SCHEMA SEED</c>). One transaction after the other, it
/// prints <c>at MOMENT</c> at each <see cref="ShopMoment"/> and waits for a line; two more loops take orders beside it and wait for nobody.
/// <c>end</c> on its input ends the orders; it prints <c>ended</c>, and answers check-backs until its input ends. What must not be is printed
/// as <c>violation</c>.
/// </summary>
internal sealed class Shop : IAsyncDisposable
{
    /// <summary>The queues, by the letters of <see cref="ShopDatabase"/>.</summary>
    public static readonly IReadOnlyDictionary<char, QueueName> Queues = new Dictionary<char, QueueName> { ['o'] = new("orders"), ['s'] = new("stock") };

    private const int LoopsBeside = 2;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly Random _random;
    private readonly ShopDatabase _database;
    private readonly ForewaveClient _client;
    private readonly Producer _producer;
    private readonly CancellationTokenSource _end = new();
    private int _asked;

    private Shop(string broker, ShopDatabase database, int seed)
    {
        (_database, _random) = (database, new Random(seed));
        _client = new ForewaveClient(new ForewaveClientOptions { Server = broker });
        _producer = _client.CreateProducer(new ProducerOptions
        {
            Name = new ProducerName("shop"),
            CheckBackTiming = new CheckBackTiming { First = TimeSpan.FromSeconds(1), Interval = TimeSpan.FromSeconds(1), Checks = Limits.MaxChecks },
            CheckBack = (question, _) => ValueTask.FromResult(OutcomeOf(question)),
        });
    }

    public static async Task<int> RunAsync(string broker, ShopDatabase database, int seed)
    {
        await using Shop shop = new(broker, database, seed);
        Task[] beside = [.. Enumerable.Range(1, LoopsBeside).Select(loop => Task.Run(() => shop.TakeOrdersAsync(new Random(seed + loop))))];
        while (!shop._end.IsCancellationRequested)
            await shop.TakeOrderAsync();
        await Task.WhenAll(beside);
        Console.WriteLine("ended");
        while (await Console.In.ReadLineAsync() is not null)
        {
            // It answers check-backs meanwhile.
        }

        Console.WriteLine($"asked {shop._asked}");
        return 0;
    }

    public async ValueTask DisposeAsync()
    {
        await _producer.DisposeAsync();
        await _client.DisposeAsync();
        _end.Dispose();
    }

    /// <summary>Messages of a transaction: their bodies say of which they are, and which one.</summary>
    private static TransactionMessage[] MessagesOf(TransactionId id, string queues) =>
        [.. queues.Select((queue, i) => new TransactionMessage(Queues[queue], new Message(System.Text.Encoding.ASCII.GetBytes($"{id} {i}"))))];

    private static string QueuesOf(Random random) => string.Concat(Enumerable.Range(0, random.Next(2, 7)).Select(_ => random.Next(2) == 0 ? 'o' : 's'));

    private static void Violates(TransactionId id, Exception what) => Console.WriteLine($"violation {id} was committed locally, and its messages cannot be: {what.Message}");

    private TransactionOutcome OutcomeOf(CheckBackQuestion question)
    {
        Interlocked.Increment(ref _asked);
        try
        {
            return _database.OutcomeOf(question.Transaction);
        }
        catch (DatabaseException e)
        {
            Console.Error.WriteLine($"{question.Transaction}: {e.Message}");
            throw;
        }
    }

    private async Task TakeOrderAsync()
    {
        await ReachAsync(ShopMoment.Begin);
        string queues = QueuesOf(_random);
        int some = _random.Next(1, queues.Length);
        int fate = _random.Next(8);
        Transaction transaction;
        try
        {
            transaction = await _producer.BeginTransactionAsync();
            TransactionMessage[] messages = MessagesOf(transaction.Id, queues);
            await ReachAsync(ShopMoment.Prepare);
            await transaction.PublishAsync(messages[..some]);
            await ReachAsync(ShopMoment.PrepareRest);
            await transaction.PublishAsync(messages[some..]);
        }
        catch (ForewaveException e)
        {
            // The broker was killed meanwhile: there is no order. What was prepared is asked about.
            Console.WriteLine($"none {e.Code}");
            return;
        }

        await ReachAsync(ShopMoment.Local);
        if (fate == 0)
            await RollBackAsync(transaction);
        else if (fate > 1)
            await CommitAsync(transaction, queues);
        await ReachAsync(ShopMoment.Decided);
    }

    private async Task CommitAsync(Transaction transaction, string queues)
    {
        try
        {
            await _database.SaveOrderAsync(transaction.Id, queues, () => ReachAsync(ShopMoment.LocalCommit));
        }
        catch (DatabaseException e)
        {
            // Whether it was committed, the check-back finds out.
            Console.WriteLine($"left {e.Failure}");
            return;
        }

        await ReachAsync(ShopMoment.Decide);
        try
        {
            await transaction.CommitAsync();
        }
        catch (ForewaveException e) when (e.Code is ErrorCode.OutcomeUnknown or ErrorCode.Timeout)
        {
            Console.WriteLine($"left {e.Code}");
        }
        catch (ForewaveException e)
        {
            Violates(transaction.Id, e);
        }
    }

    private async Task RollBackAsync(Transaction transaction)
    {
        await ReachAsync(ShopMoment.Decide);
        try
        {
            await transaction.RollBackAsync();
        }
        catch (ForewaveException e)
        {
            Console.WriteLine($"left {e.Code}");
        }
    }

    // As programs do it.
    private async Task TakeOrdersAsync(Random random)
    {
        while (!_end.IsCancellationRequested)
        {
            string queues = QueuesOf(random);
            await TakeOrderAsync(queues, isPaid: random.Next(8) > 0);
            await Task.Delay(Pause, TimeProvider.System);
        }
    }

    private async Task TakeOrderAsync(string queues, bool isPaid)
    {
        bool isSaved = false;
        try
        {
            // The bodies have the id, which is known when it is begun.
            Transaction transaction = await _producer.BeginTransactionAsync();
            await transaction.PublishAsync(MessagesOf(transaction.Id, queues));
            if (!isPaid)
                return;
            await _database.SaveOrderAsync(transaction.Id, queues, () => Task.CompletedTask);
            isSaved = true;
            await transaction.CommitAsync();
        }
        catch (DatabaseException)
        {
            // Left to the check-back.
        }
        catch (ForewaveException e) when (!isSaved || e.Code is ErrorCode.OutcomeUnknown or ErrorCode.Timeout)
        {
            // There is no order, or it is left to the check-back.
        }
        catch (ForewaveException e)
        {
            Console.WriteLine($"violation an order was saved, and its messages cannot be committed: {e.Message}");
        }
    }

    private async Task ReachAsync(ShopMoment moment)
    {
        Console.WriteLine($"at {moment}");
        switch (await Console.In.ReadLineAsync())
        {
            case "go":
                break;
            case "end":
                await _end.CancelAsync();
                break;
            default:
                // The test is gone.
                Environment.Exit(3);
                break;
        }
    }
}
