namespace Forewave.Broker.Tests.Transactions;

/// <summary>
/// What was asked for, answered and received of transactions, and what is wrong with it: a message before a commit was asked for, or of a
/// transaction that was rolled back; some of a transaction without the rest; a message twice; an answer that did not hold.
/// </summary>
internal sealed class TransactionHistory
{
    private readonly Dictionary<ulong, Known> _transactions = [];
    private readonly Dictionary<string, (string Queue, ulong Offset)> _received = [];
    private readonly Dictionary<string, Known> _byName = [];

    public List<string> Violations { get; } = [];

    /// <summary>Messages received, each counted once.</summary>
    public int Received => _received.Count;

    /// <summary>Transactions of which nobody asked to decide.</summary>
    public List<ulong> Undecided => [.. _transactions.Values.Where(one => one.Asked == null).Select(one => one.Id)];

    /// <summary>Transactions of which a decision was asked for, and no answer came.</summary>
    public List<(ulong Id, bool Commit)> Unanswered => [.. _transactions.Values.Where(one => one.Asked is not null && !one.IsAnswered).Select(one => (one.Id, one.Asked!.Value))];

    public void Begun(ulong id) => _transactions.Add(id, new Known(id));

    /// <summary>How many numbers of messages a transaction has used for certain; null: the last ones were not answered.</summary>
    public int? MessagesOf(ulong id) => _transactions[id].IsDoubtful ? null : _transactions[id].Numbers;

    /// <summary>Messages of it were answered.</summary>
    public bool HasMessages(ulong id) => _transactions[id].Numbers > 0;

    /// <summary>It got no messages before the power failed, and so was never there: nothing of it may come.</summary>
    public void NeverWas(ulong id) => (_transactions[id].Asked, _transactions[id].IsAnswered) = (false, true);

    public void Preparing(ulong id, IEnumerable<string> names)
    {
        _transactions[id].IsDoubtful = true;
        foreach (string name in names)
            _byName.Add(name, _transactions[id]);
    }

    /// <summary>What was asked for is not in it.</summary>
    public void Refused(ulong id) => _transactions[id].IsDoubtful = false;

    /// <summary>Messages were prepared.</summary>
    /// <param name="id">Where.</param>
    /// <param name="messages">Which.</param>
    /// <param name="repeats">How many more were repeats of others: they are not in it.</param>
    public void Prepared(ulong id, IReadOnlyCollection<(string Name, string Queue)> messages, int repeats = 0)
    {
        _transactions[id].IsDoubtful = false;
        _transactions[id].Numbers += messages.Count + repeats;
        foreach (var (name, queue) in messages)
            _transactions[id].Names.Add(name, queue);
    }

    public void Deciding(ulong id, bool commit) => _transactions[id].Asked = commit;

    public void Decided(ulong id, uint messages)
    {
        var known = _transactions[id];
        known.IsAnswered = true;
        if (!known.IsDoubtful && messages != known.Names.Count)
            Violations.Add($"transaction {id:x16} had {known.Names.Count} messages, its decision says {messages}");
    }

    /// <summary>A list of what is open was answered.</summary>
    public void Listed(IReadOnlyDictionary<ulong, uint> open)
    {
        foreach (var known in _transactions.Values)
        {
            bool isOpen = open.TryGetValue(known.Id, out uint messages);
            if (known.IsAnswered && isOpen)
                Violations.Add($"transaction {known.Id:x16} was decided and is open again");
            if (known.Asked is null && known.Names.Count > 0 && !isOpen)
                Violations.Add($"transaction {known.Id:x16} has {known.Names.Count} messages, nobody decided it, and it is gone");
            if (isOpen && messages < known.Names.Count)
                Violations.Add($"transaction {known.Id:x16} has {messages} messages, and {known.Names.Count} were answered");
        }
    }

    public void Came(string name, string queue, ulong offset)
    {
        if (!_byName.TryGetValue(name, out var known) || known.Asked != true)
            Violations.Add($"{name} came, and nobody asked to commit it");
        if (!_received.TryAdd(name, (queue, offset)) && _received[name] != (queue, offset))
            Violations.Add($"{name} came at offset {offset} of {queue} and at {_received[name]}");
        if (known is not null && known.Names.TryGetValue(name, out string? meant) && meant != queue)
            Violations.Add($"{name} was for {meant} and came in {queue}");
    }

    /// <summary>Everything that will ever come has come.</summary>
    public void Ended()
    {
        foreach (var known in _transactions.Values)
        {
            int came = known.Names.Keys.Count(_received.ContainsKey);
            if (known is { IsAnswered: true, Asked: true } && came < known.Names.Count)
                Violations.Add($"transaction {known.Id:x16} was committed, and {came} of its {known.Names.Count} messages came");
            if (came > 0 && came < known.Names.Count)
                Violations.Add($"{came} of the {known.Names.Count} messages of transaction {known.Id:x16} came");
        }
    }

    private sealed class Known(ulong id)
    {
        public ulong Id { get; } = id;

        public Dictionary<string, string> Names { get; } = [];

        /// <summary>Its messages, and what was a repeat.</summary>
        public int Numbers { get; set; }

        public bool IsDoubtful { get; set; }

        /// <summary>Whether a commit was asked for; null: nothing.</summary>
        public bool? Asked { get; set; }

        public bool IsAnswered { get; set; }
    }
}
