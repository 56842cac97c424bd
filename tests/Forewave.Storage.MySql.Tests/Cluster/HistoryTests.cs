using System.Globalization;
using System.Text;
using Forewave.Client;
using Forewave.Client.Administration;
using Forewave.Client.Consuming;
using Forewave.Client.Producing;
using Forewave.Integration.Tests.Processes;
using Forewave.Protocol;
using Forewave.Storage.MySql.Tests.Server;
using Xunit.Abstractions;

namespace Forewave.Storage.MySql.Tests.Cluster;

/// <summary>
/// Ordered keys, leases, nacks, dead letters and delays go through a change of master: everything that a program saw is written down, and the
/// history is checked.
/// </summary>
[Collection(MariaDbPairGroup.Name)]
[Trait("Suite", "cluster")]
public sealed class HistoryTests(MariaDbPair databases, ITestOutputHelper output) : IAsyncLifetime
{
    private const int Keys = 5;
    private const int PerKey = 60;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(12);
    private static readonly QueueName Queue = new("history");
    private static readonly GroupName Group = new("audit");

    private readonly History _history = new();

    public Task InitializeAsync() => databases.ResetAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task What_consumers_see_across_a_change_of_master_keeps_every_promise()
    {
        await using BrokerPair pair = await BrokerPair.StartedAsync(databases);
        await using ForewaveClient client = new(pair.Addresses);
        await using Producer producer = client.CreateProducer();
        await using Consumer consumer = client.CreateConsumer(Queue, Group, new ConsumerOptions { VisibilityTimeout = TimeSpan.FromSeconds(5), PrefetchMessages = 20 });
        using CancellationTokenSource end = new();
        Task consuming = consumer.RunAsync(HandleAsync, Keys, end.Token);
        await PublishAsync(producer, "delayed", 0, new Message { Delay = Delay });
        Task publishing = Task.WhenAll(Enumerable.Range(0, Keys).Select(key => PublishKeyAsync(producer, $"k{key}")));

        await Watching.UntilAsync(() => _history.Settled > Keys * PerKey / 4, Patience, () => pair.Log);
        await pair.A.KillAsync();
        await pair.UntilMasterAsync("B");
        await publishing.WaitAsync(Patience);
        await Watching.UntilAsync(() => _history.IsSettled((Keys * PerKey) + 1), Patience, () => $"{_history}\n{pair.Log}");
        await end.CancelAsync();
        await consuming;
        List<MessageId> dead = [];
        await foreach (DeadLetter letter in client.Administration.ListDeadLettersAsync(Queue, Group))
        {
            dead.Add(letter.Id);
        }

        output.WriteLine($"{_history}");
        Assert.Equal("", string.Join('\n', _history.Faults()));
        Assert.Equal("", string.Join('\n', _history.FaultsOfDead(dead)));
    }

    private async Task PublishKeyAsync(Producer producer, string key)
    {
        for (int i = 0; i < PerKey; i++)
        {
            await PublishAsync(producer, key, i, new Message { OrderingKey = key });
        }
    }

    private async Task PublishAsync(Producer producer, string key, int number, Message message)
    {
        long notBefore = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() + (long)message.Delay.TotalMilliseconds;
        Receipt receipt = await producer.PublishAsync(Queue, message with { Body = Encoding.UTF8.GetBytes($"{key} {number} {notBefore}") });
        _history.Answered(receipt.MessageId);
    }

    // One in seventeen is rejected, one in eleven comes again once; what cannot be settled because the master changes comes again.
    private async ValueTask HandleAsync(ReceivedMessage message, CancellationToken cancellation)
    {
        string[] words = Encoding.UTF8.GetString(message.Body.Span).Split(' ');
        int number = int.Parse(words[1], CultureInfo.InvariantCulture);
        bool isEarly = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() < long.Parse(words[2], CultureInfo.InvariantCulture) - 50;
        _history.Received(message.Id, words[0], number, isEarly);
        try
        {
            if (number % 17 == 5)
            {
                await message.RejectAsync("one in seventeen", cancellation);
                _history.SettledAs(message.Id, isRejected: true);
            }
            else if (number % 11 == 3 && message.Attempt.Value == 1)
            {
                await message.NackAsync(TimeSpan.FromMilliseconds(50), "once more", cancellation);
            }
            else
            {
                await message.AckAsync(cancellation);
                _history.SettledAs(message.Id, isRejected: false);
            }
        }
        catch (ForewaveException)
        {
            // Its outcome is not known: it comes again, or it was settled and does not.
            _history.Uncertain(message.Id);
        }
    }
}
