using System.Diagnostics;
using Forewave.Client;
using Forewave.Client.Administration;
using Forewave.Integration.Tests.Processes;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Tests.Server;
using Xunit.Abstractions;

namespace Forewave.Storage.MySql.Tests.Transactions;

/// <summary>A shop, its databases and a broker, of which something is killed again and again; then what came is checked against the orders.</summary>
internal sealed class TransactionKillRun(MariaDbServer server, ServerProcess broker, ITestOutputHelper output) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly ConnectionOptions _place = server.NewDatabase();
    private readonly ShopAudit _audit = new();
    private readonly List<string> _violations = [];
    private ShopProcess? _shop;
    private int _shops;

    /// <summary>Kills so often, by the seed; returns what is wrong.</summary>
    public async Task<IReadOnlyList<string>> RunAsync(KillTarget target, int kills, Random random)
    {
        ShopDatabase database = new(_place);
        database.Create();
        await using ShopCustomer customer = new(broker.Address, database, _audit);
        Task receiving = customer.RunAsync();
        StartShop(random);
        foreach (PlannedKill kill in PlannedKill.Plan(random).Take(kills))
        {
            output.WriteLine($"{kill}");
            await KillAsync(target, kill, random);
            await PassAsync(ShopMoment.Decided, 0);
            await _shop!.GoAsync();
        }

        await _shop!.EndAsync();
        await UntilDecidedAsync();
        int asked = await _shop.LeaveAsync();
        await customer.EndAsync();
        await receiving.WaitAsync(Patience);
        var orders = database.Orders();
        _audit.Ended(orders);
        output.WriteLine($"{orders.Count} orders, {_audit.Count} messages came, the last shop was asked {asked} times");
        Assert.True(orders.Count > kills, "hardly an order was committed: nothing was tested");
        return [.. _violations, .. _shop.Violations, .. _audit.Violations];
    }

    public async ValueTask DisposeAsync()
    {
        if (_shop is not null)
            await _shop.DisposeAsync();
    }

    private void StartShop(Random random) => _shop = ShopProcess.Start(broker.Address, _place, (random.Next(1_000_000) * 100) + ++_shops);

    private async Task KillAsync(KillTarget target, PlannedKill kill, Random random)
    {
        await PassAsync(kill.Moment, kill.Passed);
        if (kill.Inside is { } inside)
        {
            await _shop!.GoAsync();
            for (long begin = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begin) < inside;)
                Thread.SpinWait(10);
        }

        if (target == KillTarget.Producer)
        {
            await _shop!.KillAsync();
            _violations.AddRange(_shop.Violations);
            await _shop.DisposeAsync();
            StartShop(random);
            return;
        }

        await (target == KillTarget.Broker ? broker.KillAsync() : server.KillAsync());
        // The shop meets what is dead.
        if (kill.Inside is null)
            await _shop!.GoAsync();
        await (target == KillTarget.Broker ? broker.StartAsync() : server.StartAsync());
    }

    /// <summary>Completes when the shop stands at a moment and has passed it so often.</summary>
    private async Task PassAsync(ShopMoment moment, int passed)
    {
        while (true)
        {
            if (await _shop!.NextAsync() == moment && passed-- == 0)
                return;
            await _shop.GoAsync();
        }
    }

    /// <summary>
    /// Completes when no transaction with messages is open: the shop is asked about those that the killed ones have left. Those without are forgotten
    /// after ten minutes.
    /// </summary>
    private async Task UntilDecidedAsync()
    {
        await using ForewaveClient client = new(new ForewaveClientOptions { Server = broker.Address });
        using CancellationTokenSource end = new(Patience, TimeProvider.System);
        OpenTransaction[] open = [];
        try
        {
            while ((open = await OpenAsync(client, end.Token)).Length > 0)
                await Task.Delay(Pause, TimeProvider.System, end.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"open: {string.Join(", ", open.Take(5).Select(one => $"{one.Id} asked {one.Checks}"))} of {open.Length}\n{_shop}\n{broker.Log}");
        }
    }

    private static ValueTask<OpenTransaction[]> OpenAsync(ForewaveClient client, CancellationToken cancellation) =>
        client.Administration.Transactions.ListAsync(cancellation: cancellation).Where(one => one.Messages > 0).ToArrayAsync(cancellation);
}
