namespace Forewave.Storage.MySql.Tests.Transactions;

/// <summary>
/// What came out of the queues of a shop, and what is wrong with it: a message before the order was committed, or of none; some of an order
/// without the rest, or an order of which nothing came; a message twice, or in another queue; messages of one order with others between them, or
/// orders that stand in one queue in another order than in the other. One thread at a time.
/// </summary>
internal sealed class ShopAudit
{
    private readonly Dictionary<(string Order, int Number), (char Queue, long Offset)> _came = [];
    private readonly Dictionary<(char Queue, long Offset), (string Order, int Number)> _places = [];

    public List<string> Violations { get; } = [];

    /// <summary>Messages that came, each counted once.</summary>
    public int Count => _came.Count;

    /// <summary>A message was received, perhaps again.</summary>
    /// <param name="place">Where it stands.</param>
    /// <param name="message">Its order's transaction, and which of its messages it is.</param>
    /// <param name="isCommitted">The business database had the order, when it was received.</param>
    public void Came((char Queue, long Offset) place, (string Order, int Number) message, bool isCommitted)
    {
        if (!isCommitted)
            Violations.Add($"message {message} came and its order is not committed");
        if (!_came.TryAdd(message, place) && _came[message] != place)
            Violations.Add($"message {message} came at {_came[message]} and at {place}");
        else if (!_places.TryAdd(place, message) && _places[place] != message)
            Violations.Add($"at {place} came message {_places[place]}, and then {message}");
    }

    /// <summary>All that is to come has come.</summary>
    /// <param name="orders">The queues of the messages of each order that was committed.</param>
    public void Ended(IReadOnlyDictionary<string, string> orders)
    {
        foreach (var order in _came.Keys.Select(message => message.Order).Distinct().Where(order => !orders.ContainsKey(order)))
            Violations.Add($"messages of {order} came, which was not committed");
        foreach (var order in orders)
            CheckWhole(order);
        string[] orderly = [.. OrdersOf('o')];
        string[] stocked = [.. OrdersOf('s')];
        CheckBlocks('o', orderly);
        CheckBlocks('s', stocked);
        if (!orderly.Intersect(stocked).SequenceEqual(stocked.Intersect(orderly)))
            Violations.Add("the orders do not stand in both queues in the same order");
    }

    private void CheckWhole(KeyValuePair<string, string> committed)
    {
        var (order, queues) = committed;
        int missing = Enumerable.Range(0, queues.Length).Count(number => !_came.ContainsKey((order, number)));
        if (missing > 0)
            Violations.Add($"order {order} was committed, and {missing} of its {queues.Length} messages did not come");
        if (_came.ContainsKey((order, queues.Length)))
            Violations.Add($"order {order} has more than its {queues.Length} messages");
        for (int number = 0; number < queues.Length; number++)
        {
            if (_came.TryGetValue((order, number), out var place) && place.Queue != queues[number])
                Violations.Add($"message {number} of order {order} came in queue {place.Queue}, not in {queues[number]}");
        }
    }

    // Orders as they stand in a queue, once for each block of their messages.
    private IEnumerable<string> OrdersOf(char queue)
    {
        (string Order, int Number) before = ("", 0);
        foreach (var (_, message) in _places.Where(one => one.Key.Queue == queue).OrderBy(one => one.Key.Offset))
        {
            if (message.Order != before.Order)
                yield return message.Order;
            else if (message.Number < before.Number)
                Violations.Add($"message {message} stands behind {before}");
            before = message;
        }
    }

    private void CheckBlocks(char queue, string[] orders)
    {
        foreach (var torn in orders.GroupBy(order => order).Where(blocks => blocks.Count() > 1))
            Violations.Add($"messages of order {torn.Key} stand in queue {queue} with others between them");
    }
}
