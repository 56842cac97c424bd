namespace Forewave.Broker.Tests.Transactions;

/// <summary>
/// What was asked for, answered and received of messages with deduplication ids, in transactions and outside, and what is wrong with it: an id that
/// came twice; a message that was answered as a repeat of one that never comes; an id that is refused though no transaction can have it, or taken
/// though one has it.
/// </summary>
internal sealed class IdHistory
{
    private readonly List<Known> _all = [];
    private readonly Dictionary<ulong, Decision> _decisions = [];
    private readonly Dictionary<string, Known> _byName = [];
    private readonly Dictionary<ulong, string> _came = [];
    private readonly List<(Known Asked, ulong Position)> _repeats = [];

    public List<string> Violations { get; } = [];

    /// <summary>Messages that were answered as repeats, and ids that were refused: what there was to test.</summary>
    public (int Repeats, int Refusals) Counts { get; private set; }

    /// <summary>A message is on its way.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="id">Its id, with its queue.</param>
    /// <param name="transaction">Its transaction; null: none.</param>
    public void Asked(string name, string id, ulong? transaction)
    {
        var known = new Known { Name = name, Id = id, Transaction = transaction };
        _all.Add(known);
        _byName.Add(name, known);
    }

    /// <summary>It was stored, or prepared.</summary>
    public void Taken(string name, ulong position)
    {
        var taken = _byName[name];
        foreach (var other in _all.Where(other => other != taken && other.Id == taken.Id && other.Position is not null))
        {
            if (IsOpen(other.Transaction) || IsStored(other))
                Violations.Add($"{name} was taken with {taken.Id}, which {other.Name} has");
        }
        taken.Position = position;
    }

    /// <summary>It is a repeat of the message at a position.</summary>
    public void Repeated(string name, ulong position)
    {
        Counts = Counts with { Repeats = Counts.Repeats + 1 };
        _repeats.Add((_byName[name], position));
        Drop(name);
    }

    /// <summary>They were refused together, for the id of one of them.</summary>
    public void RefusedOneOf(IReadOnlyList<string> names)
    {
        Counts = Counts with { Refusals = Counts.Refusals + 1 };
        if (!names.Any(IsHeldElsewhere))
            Violations.Add($"{string.Join(", ", names)} were refused for an id, and no other open transaction has one of theirs");
        foreach (string name in names)
            Drop(name);
    }

    public void Deciding(ulong transaction, bool commit) => _decisions[transaction] = new Decision(commit, false);

    public void Decided(ulong transaction) => _decisions[transaction] = _decisions[transaction] with { IsAnswered = true };

    /// <summary>It got no messages before the power failed.</summary>
    public void NeverWas(ulong transaction) => _decisions[transaction] = new Decision(false, true);

    /// <summary>A message came.</summary>
    public void Came(string name, ulong position) => _came[position] = name;

    /// <summary>Everything that will ever come has come.</summary>
    public void Ended()
    {
        foreach (var twice in _came.Values.Where(_byName.ContainsKey).GroupBy(name => _byName[name].Id).Where(group => group.Count() > 1))
            Violations.Add($"{twice.Key} came {twice.Count()} times: {string.Join(", ", twice)}");
        foreach (var (asked, position) in _repeats)
        {
            if (_came.TryGetValue(position, out string? original))
            {
                if (_byName.GetValueOrDefault(original)?.Id != asked.Id)
                    Violations.Add($"{asked.Name} with {asked.Id} was answered as a repeat of {original}, which has another id");
            }
            else if (!SharesFate(asked, position))
            {
                Violations.Add($"{asked.Name} with {asked.Id} was answered as a repeat of what is at {position:x16}, and nothing came from there");
            }
        }
        foreach (var lost in _all.Where(known => known.Transaction is null && known.Position is { } position && !_came.ContainsKey(position)))
            Violations.Add($"{lost.Name} was stored, and never came");
    }

    private bool IsHeldElsewhere(string name)
    {
        var refused = _byName[name];
        return _all.Exists(other => other.Id == refused.Id && other.Transaction is { } one && one != refused.Transaction && !IsDecided(one));
    }

    private void Drop(string name) => _all.Remove(_byName[name]);

    // A repeat of a message of its own transaction, which was not committed.
    private bool SharesFate(Known asked, ulong position) => asked.Transaction is { } one
        && _all.Exists(known => known.Position == position && known.Transaction == one) && _decisions.TryGetValue(one, out var decision) && !decision.Commit;

    private bool IsStored(Known known) => known.Transaction is not { } one || _decisions.TryGetValue(one, out var decision) && decision is { Commit: true, IsAnswered: true };

    private bool IsOpen(ulong? transaction) => transaction is { } one && !_decisions.ContainsKey(one);

    private bool IsDecided(ulong transaction) => _decisions.TryGetValue(transaction, out var decision) && decision.IsAnswered;

    private readonly record struct Decision(bool Commit, bool IsAnswered);

    private sealed class Known
    {
        public required string Name { get; init; }

        public required string Id { get; init; }

        public required ulong? Transaction { get; init; }

        /// <summary>Where it is; null: that was not answered.</summary>
        public ulong? Position { get; set; }
    }
}
