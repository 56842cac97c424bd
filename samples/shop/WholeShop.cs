using System.Data.Common;
using System.Net;
using System.Net.Sockets;
using Dapper;
using Forewave.Client;
using Forewave.Client.Administration;
using Forewave.Protocol;
using Forewave.Samples.Databases;
using Microsoft.Extensions.Configuration;

namespace Forewave.Samples.Shop;

/// <summary>A broker, the order service and the stock service in processes of their own, which are killed under load.</summary>
internal sealed class WholeShop : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly IConfiguration _settings;
    private readonly ServiceDatabase _orders;
    private readonly ServiceDatabase _stock;
    private readonly ServiceProcess _brokerProcess;
    private readonly ServiceProcess _orderProcess;
    private readonly ServiceProcess _stockProcess;
    private readonly ForewaveClient _client;
    private readonly string _broker = $"127.0.0.1:{FreePort()}";
    private readonly Uri _address = new($"http://127.0.0.1:{FreePort()}");
    private readonly Random _random;
    private readonly int _seed;
    private readonly List<Order> _accepted = [];

    /// <param name="settings">Which database, and where: as the services take it. Default: SQLite in the folder.</param>
    /// <param name="folder">For what the programs print and keep.</param>
    /// <param name="seed">Of who is killed when, and of the orders.</param>
    public WholeShop(IConfiguration settings, DirectoryInfo folder, int seed)
    {
        _settings = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["ConnectionStrings:orders"] = $"Data Source={folder.FullName}/orders.db",
                ["ConnectionStrings:stock"] = $"Data Source={folder.FullName}/stock.db",
            })
            .AddConfiguration(settings)
            .Build();
        (_orders, _stock) = (new ServiceDatabase(_settings, "orders"), new ServiceDatabase(_settings, "stock"));
        _brokerProcess = new ServiceProcess("forewave", folder)
        {
            Arguments = ["serve", "--listen", _broker, "--http", "127.0.0.1:0", "--data", $"{folder.FullName}/broker", "--log", "Warning"],
        };
        _orderProcess = new ServiceProcess("Forewave.Samples.Orders", folder);
        _stockProcess = new ServiceProcess("Forewave.Samples.Stock", folder) { Arguments = ArgumentsOf("stock") };
        _client = new ForewaveClient(_broker);
        (_seed, _random) = (seed, new Random(seed));
    }

    /// <summary>Starts what both ways use.</summary>
    public void Start()
    {
        _brokerProcess.Start();
        _stockProcess.Start();
    }

    /// <summary>Takes orders by one of the ways, for so long, while every program is killed again and again; then waits until nothing is under way.</summary>
    /// <exception cref="TimeoutException">Something is under way 5 minutes after the load.</exception>
    public async Task<string> RunAsync(string way, TimeSpan load)
    {
        using CancellationTokenSource deadline = new(load + Patience, TimeProvider.System);
        _orderProcess.Arguments = [.. ArgumentsOf("orders"), $"--Way={way}", $"--urls={_address}"];
        _orderProcess.Start();
        Customers customers = new(_address, _seed);
        await UntilAsync("the order service is there", customers.AreWelcomeAsync, deadline.Token);

        using CancellationTokenSource closing = new();
        Task buying = customers.RunAsync(way, closing.Token, deadline.Token);
        await KillAsync(load, customers, deadline.Token);
        await closing.CancelAsync();
        await buying;
        _accepted.AddRange(customers.Accepted);
        await UntilAsync("nothing is under way", IsSettledAsync, deadline.Token);

        await _orderProcess.EndAsync();
        return $"{way}: {customers.Accepted.Count} orders accepted, {customers.LeftInDoubt} left in doubt, {customers.Repeated} posted again; "
            + $"killed so far: broker {_brokerProcess.Kills}, orders {_orderProcess.Kills}, stock {_stockProcess.Kills} times";
    }

    public Task<IReadOnlyList<string>> DifferencesAsync() => Reconciliation.DifferencesAsync(_accepted, _orders, _stock);

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _stockProcess.DisposeAsync();
        await _orderProcess.DisposeAsync();
        await _brokerProcess.DisposeAsync();
    }

    // In rounds, so that each one is killed however short the time is; each time into work that goes on.
    private async Task KillAsync(TimeSpan load, Customers customers, CancellationToken deadline)
    {
        long begun = TimeProvider.System.GetTimestamp();
        ServiceProcess[] victims = [_brokerProcess, _orderProcess, _stockProcess];
        do
        {
            _random.Shuffle(victims);
            foreach (ServiceProcess victim in victims)
            {
                await RestAsync(2000, deadline);
                await victim.KillAsync();
                await RestAsync(500, deadline);
                victim.Start();
                int enough = customers.Accepted.Count + _random.Next(1, 40);
                await UntilAsync("orders are accepted again", () => Task.FromResult(customers.Accepted.Count >= enough), deadline);
            }
        }
        while (TimeProvider.System.GetElapsedTime(begun) < load);
    }

    private Task RestAsync(int mostMilliseconds, CancellationToken deadline) =>
        Task.Delay(TimeSpan.FromMilliseconds(_random.Next(mostMilliseconds)), TimeProvider.System, deadline);

    // In this order: what is decided becomes a message, what is sent too, and no message comes from elsewhere.
    private async Task<bool> IsSettledAsync()
    {
        try
        {
            // One without messages, left by an order service that died before it had any, changes nothing: the broker forgets it after a while.
            await foreach (OpenTransaction transaction in _client.Administration.Transactions.ListAsync())
            {
                if (transaction.Messages > 0)
                    return false;
            }

            await using DbConnection connection = await _orders.OpenAsync();
            // Unsent, claimed, waits for its queue. What was set aside nobody waits for: it is a difference.
            if (await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM forewave_outbox WHERE state IN (0, 1, 4)") > 0)
                return false;
            return (await _client.Administration.ShowGroupAsync(new QueueName("orders"), new GroupName("stock"))).Lag == 0;
        }
        catch (ForewaveException)
        {
            // The broker is about to start.
            return false;
        }
    }

    private static async Task UntilAsync(string what, Func<Task<bool>> isSo, CancellationToken deadline)
    {
        try
        {
            while (!await isSo())
                await Task.Delay(Look, TimeProvider.System, deadline);
        }
        catch (OperationCanceledException late) when (deadline.IsCancellationRequested)
        {
            throw new TimeoutException($"It took too long until {what}.", late);
        }
    }

    private string[] ArgumentsOf(string service) =>
    [
        $"--Database={_orders.Tables.Database}", $"--ConnectionStrings:{service}={_settings.GetConnectionString(service)}",
        $"--Forewave:Server={_broker}", "--Logging:LogLevel:Default=Warning",
    ];

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
