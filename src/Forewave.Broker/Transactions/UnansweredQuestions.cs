using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Transactions;

/// <summary>
/// The questions that a producer has got and not answered: so many at most, as an SDK keeps; it would drop those beyond, and they would count as
/// asked. What is not answered within the transaction's interval does not count any more. For whoever has the lock of <see cref="CheckBackProducers"/>.
/// </summary>
internal sealed class UnansweredQuestions
{
    /// <summary>So many at most: as many as the SDK lets wait.</summary>
    public const int Most = 1_024;

    private readonly Dictionary<LogPosition, Timestamp> _overAt = [];
    private Timestamp _nextOver;

    /// <summary>Whether there is room for one more.</summary>
    public bool HasRoom(Timestamp now)
    {
        if (_overAt.Count >= Most && _nextOver.CompareTo(now) <= 0)
            DropOver(now);
        return _overAt.Count < Most;
    }

    /// <summary>One was asked about a transaction.</summary>
    public void Asked(Transaction transaction, Timestamp now)
    {
        var over = now.Plus(transaction.Terms.Interval);
        _overAt[transaction.Id] = over;
        if (_overAt.Count == 1 || over.CompareTo(_nextOver) < 0)
            _nextOver = over;
    }

    /// <summary>The one about a transaction was answered, whatever the answer.</summary>
    public void Answered(LogPosition transaction) => _overAt.Remove(transaction);

    private void DropOver(Timestamp now)
    {
        foreach (var (id, over) in _overAt)
        {
            // A dictionary may be taken from while it is read.
            if (over.CompareTo(now) <= 0)
                _overAt.Remove(id);
        }
        _nextOver = _overAt.Count == 0 ? now : _overAt.Values.Min();
    }
}
