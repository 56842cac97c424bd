using System.Collections.Concurrent;
using System.Net.Http.Json;

namespace Forewave.Samples.Shop;

/// <summary>
/// Post orders, each until it is accepted: the same order again where there was no answer, as every client has to. Of orders without an
/// answer they leave some alone, so that there are orders of which only the services know whether they were taken.
/// </summary>
internal sealed class Customers(Uri shop, int seed)
{
    private const int Count = 4;
    private static readonly string[] Articles = ["book", "lamp", "chair"];
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentQueue<Order> _accepted = new();
    private int _leftInDoubt;
    private int _repeated;

    public IReadOnlyCollection<Order> Accepted => _accepted;

    /// <summary>Orders without an answer that were not posted again.</summary>
    public int LeftInDoubt => _leftInDoubt;

    /// <summary>Posts of orders that had been posted before.</summary>
    public int Repeated => _repeated;

    /// <summary>Whether the order service answers.</summary>
    public async Task<bool> AreWelcomeAsync()
    {
        using HttpClient client = new() { BaseAddress = shop };
        try
        {
            return (await client.GetAsync(new Uri("health", UriKind.Relative))).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Buys until the shop is closing.</summary>
    /// <param name="prefix">Of the orders' ids.</param>
    /// <param name="closing">No order is begun any more; those that were go on.</param>
    /// <param name="deadline">Ends everything.</param>
    public Task RunAsync(string prefix, CancellationToken closing, CancellationToken deadline) =>
        Task.WhenAll(Enumerable.Range(0, Count).Select(async customer =>
        {
            using HttpClient client = new() { BaseAddress = shop, Timeout = TimeSpan.FromSeconds(20) };
            Random random = new(seed + customer);
            for (int number = 0; !closing.IsCancellationRequested; number++)
            {
                Order order = new($"{prefix}-{customer}-{number}", random.Next(1, 10), Articles[random.Next(Articles.Length)]);
                await BuyAsync(client, order, random, deadline);
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(50)), TimeProvider.System, deadline);
            }
        }));

    private async Task BuyAsync(HttpClient client, Order order, Random random, CancellationToken deadline)
    {
        while (!await TryPostAsync(client, order, deadline))
        {
            if (random.Next(4) == 0)
            {
                Interlocked.Increment(ref _leftInDoubt);
                return;
            }

            Interlocked.Increment(ref _repeated);
            await Task.Delay(Pause, TimeProvider.System, deadline);
        }

        _accepted.Enqueue(order);
        // A network may repeat what was answered.
        if (random.Next(10) == 0)
        {
            Interlocked.Increment(ref _repeated);
            await TryPostAsync(client, order, deadline);
        }
    }

    private static async Task<bool> TryPostAsync(HttpClient client, Order order, CancellationToken deadline)
    {
        try
        {
            using HttpResponseMessage answer = await client.PostAsJsonAsync("orders", order, deadline);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (TaskCanceledException) when (!deadline.IsCancellationRequested)
        {
            return false;
        }
    }
}
