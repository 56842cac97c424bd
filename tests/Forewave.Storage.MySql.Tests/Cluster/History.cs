using Forewave.Protocol;

namespace Forewave.Storage.MySql.Tests.Cluster;

/// <summary>What a program published, received and settled, in the order in which it saw it. Thread-safe.</summary>
internal sealed class History
{
    private readonly Lock _gate = new();
    private readonly HashSet<MessageId> _answered = [];
    private readonly HashSet<MessageId> _settled = [];
    private readonly HashSet<MessageId> _rejected = [];
    private readonly HashSet<MessageId> _received = [];
    private readonly HashSet<MessageId> _uncertain = [];
    private readonly Dictionary<string, int> _last = [];
    private readonly List<string> _faults = [];
    private int _deliveries;

    /// <summary>How many were settled with an answer.</summary>
    public int Settled
    {
        get
        {
            lock (_gate)
                return _settled.Count;
        }
    }

    /// <summary>Dead letters that nobody rejected, and rejections that made none.</summary>
    public IReadOnlyList<string> FaultsOfDead(IReadOnlyCollection<MessageId> dead)
    {
        lock (_gate)
        {
            return
            [
                .. _rejected.Except(dead).Select(id => $"{id} was rejected, and is no dead letter"),
                .. dead.Where(id => !_rejected.Contains(id) && !_uncertain.Contains(id)).Select(id => $"{id} is a dead letter, and nobody rejected it"),
                .. dead.GroupBy(id => id).Where(same => same.Count() > 1).Select(same => $"{same.Key} is a dead letter {same.Count()} times"),
            ];
        }
    }

    /// <summary>A publish was answered.</summary>
    public void Answered(MessageId id)
    {
        lock (_gate)
        {
            if (!_answered.Add(id))
                _faults.Add($"{id} was answered twice");
        }
    }

    /// <summary>A message came.</summary>
    public void Received(MessageId id, string key, int number, bool isEarly)
    {
        lock (_gate)
        {
            _deliveries++;
            if (isEarly)
                _faults.Add($"{id} came before it was due");
            if (_settled.Contains(id))
                _faults.Add($"{id} ({key} {number}) came again after its settlement was answered");
            if (!_received.Add(id))
                return;
            if (_last.TryGetValue(key, out int last) && number != last + 1)
                _faults.Add($"{key} {number} came first after {last}");
            _last[key] = number;
        }
    }

    /// <summary>A settlement was answered.</summary>
    public void SettledAs(MessageId id, bool isRejected)
    {
        lock (_gate)
        {
            _settled.Add(id);
            if (isRejected)
                _rejected.Add(id);
        }
    }

    /// <summary>A settlement failed: it may be done or not.</summary>
    public void Uncertain(MessageId id)
    {
        lock (_gate)
            _uncertain.Add(id);
    }

    /// <summary>So many were published with an answer, and each of them is settled, or was settled without an answer.</summary>
    public bool IsSettled(int messages)
    {
        lock (_gate)
            return _answered.Count >= messages && _answered.All(id => _settled.Contains(id) || _uncertain.Contains(id));
    }

    /// <summary>What should not have happened.</summary>
    public IReadOnlyList<string> Faults()
    {
        lock (_gate)
            return [.. _faults, .. _answered.Except(_received).Select(id => $"{id} was answered and never came")];
    }

    public override string ToString()
    {
        lock (_gate)
            return $"{_answered.Count} answered, {_deliveries} deliveries of {_received.Count}, {_settled.Count} settled, {_rejected.Count} of them rejected, {_uncertain.Count} once uncertain";
    }
}
