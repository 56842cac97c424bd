using Forewave.Broker.Delivery.Timing;
using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Cursors;

/// <summary>
/// The holds of one group in one array, with the group's consumers and the leases of each. For the loop alone; a hold costs no
/// allocation once the array has its size.
/// </summary>
internal sealed class HoldTable
{
    private const int DeadlineBytes = 32;

    private readonly Dictionary<ConsumerId, GroupConsumer> _consumers = [];
    private readonly List<GroupConsumer?> _places = [];
    private readonly Stack<int> _freePlaces = [];
    private readonly Dictionary<GroupConsumer, int> _placeOf = [];
    private Hold[] _holds = new Hold[16];
    private int _used;
    private int _free = -1;

    /// <summary>Sets deadlines; null while folding.</summary>
    public IHoldObserver? Observer { get; set; }

    /// <summary>Places that were ever given: bounds an iteration over all holds.</summary>
    public int Places => _used;

    /// <summary>Memory of all places, and of a deadline for each.</summary>
    public long MemoryBytes => (long)_holds.Length * (System.Runtime.CompilerServices.Unsafe.SizeOf<Hold>() + DeadlineBytes);

    /// <summary>The hold at a place.</summary>
    public ref Hold this[int index] => ref _holds[index];

    /// <summary>The consumers that are known.</summary>
    public IEnumerable<GroupConsumer> Consumers => _consumers.Values;

    /// <summary>The consumer with an id; made when it is not known.</summary>
    public GroupConsumer Consumer(ConsumerId id, string name)
    {
        if (!_consumers.TryGetValue(id, out var consumer))
        {
            consumer = new GroupConsumer(id, name);
            _consumers.Add(id, consumer);
        }
        if (name.Length > 0)
            consumer.Name = name;
        return consumer;
    }

    /// <summary>The consumer with an id, if it is known.</summary>
    public GroupConsumer? Find(ConsumerId id) => _consumers.GetValueOrDefault(id);

    /// <summary>Forgets a consumer that has no leases and is not subscribed.</summary>
    public void ForgetIfUnused(GroupConsumer consumer)
    {
        if (consumer.IsSubscribed || consumer.FirstHold >= 0)
            return;
        _consumers.Remove(consumer.Id);
        if (_placeOf.Remove(consumer, out int place))
        {
            _places[place] = null;
            _freePlaces.Push(place);
        }
    }

    /// <summary>Whose lease a hold is.</summary>
    public GroupConsumer ConsumerOf(in Hold hold) =>
        _places[hold.Consumer] ?? throw new InvalidOperationException("a lease without a consumer");

    /// <summary>Makes a hold with <see cref="Hold.Live"/> = <paramref name="count"/>; the caller points the messages to it.</summary>
    public int Add(long first, int count, in HoldTerms terms)
    {
        int index = Take();
        ref Hold hold = ref _holds[index];
        hold.Kind = terms.Kind;
        hold.IsReplayed = terms.IsReplayed;
        hold.First = first;
        hold.Count = count;
        hold.Live = count;
        hold.EndTime = terms.EndTime;
        hold.SinceTime = terms.SinceTime;
        hold.VisibilityMilliseconds = terms.VisibilityMilliseconds;
        hold.Epoch = terms.Epoch;
        hold.Consumer = -1;
        if (terms.Consumer is not null)
            Link(index, ref hold, terms.Consumer);
        Observer?.HoldMade(new DueToken(index, hold.Generation), hold);
        return index;
    }

    /// <summary>So many messages are not in a hold any more; frees it when none is left.</summary>
    public void Leave(int index, long messages)
    {
        ref Hold hold = ref _holds[index];
        hold.Live -= (int)messages;
        if (hold.Live < 0)
            throw new InvalidOperationException($"hold {index} has {hold.Live} messages");
        if (hold.Live > 0)
            return;
        if (hold.Consumer >= 0)
            Unlink(ref hold);
        hold.Kind = HoldKind.None;
        hold.Generation++;
        hold.Next = _free;
        _free = index;
    }

    /// <summary>Whether a token stands for the hold that is there now.</summary>
    public bool IsPending(DueToken token) =>
        _holds[token.Index].Generation == token.Generation && _holds[token.Index].Kind != HoldKind.None;

    /// <summary>Frees everything.</summary>
    public void Clear()
    {
        for (int i = 0; i < _used; i++)
        {
            if (_holds[i].Kind != HoldKind.None)
                Leave(i, _holds[i].Live);
        }
    }

    private int Take()
    {
        if (_free >= 0)
        {
            int index = _free;
            _free = _holds[index].Next;
            return index;
        }
        if (_used == _holds.Length)
            Array.Resize(ref _holds, 2 * _used);
        return _used++;
    }

    private void Link(int index, ref Hold hold, GroupConsumer consumer)
    {
        if (consumer.UnsettledSince == 0)
            consumer.UnsettledSince = hold.SinceTime;
        hold.Consumer = PlaceOf(consumer);
        hold.Previous = -1;
        hold.Next = consumer.FirstHold;
        if (hold.Next >= 0)
            _holds[hold.Next].Previous = index;
        consumer.FirstHold = index;
    }

    private int PlaceOf(GroupConsumer consumer)
    {
        if (_placeOf.TryGetValue(consumer, out int place))
            return place;
        if (!_freePlaces.TryPop(out place))
        {
            place = _places.Count;
            _places.Add(null);
        }
        _places[place] = consumer;
        _placeOf.Add(consumer, place);
        return place;
    }

    private void Unlink(ref Hold hold)
    {
        var consumer = ConsumerOf(hold);
        if (hold.Next >= 0)
            _holds[hold.Next].Previous = hold.Previous;
        if (hold.Previous >= 0)
            _holds[hold.Previous].Next = hold.Next;
        else
            consumer.FirstHold = hold.Next;
        hold.Consumer = -1;
        ForgetIfUnused(consumer);
    }
}
