using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Timing;

namespace Forewave.Broker.Delivery;

/// <summary>
/// How fast groups catch up that read from disk: as fast as they can, but while others are handed messages that have just come
/// they share an eighth of the loop's time. Reading, sending and the acks of what they get take several times that on other
/// threads: without a pace a single one takes all processors, and what is new waits for it. For the loop alone.
/// </summary>
internal sealed class CatchUpPace(DeliveryLoop loop) : IDue
{
    private const int RestsPerTurn = 7;

    // A turn that a busy machine held up is not paid back in full.
    private static readonly TimeSpan LongestRest = TimeSpan.FromMilliseconds(20);

    private readonly List<GroupDelivery> _resting = [];
    private long _until;
    private bool _isTimed;

    /// <summary>Others are handed messages that have just come.</summary>
    public bool IsPaced => loop.Setting.Live.Any(loop.Setting.Time);

    /// <summary>True: the group gets its turn later, by itself.</summary>
    public bool MustRest(GroupDelivery group)
    {
        if (!group.ReadsFromDisk || !IsPaced || loop.Setting.Time.GetTimestamp() >= _until)
            return false;
        if (!_resting.Contains(group))
            _resting.Add(group);
        group.IsResting = true;
        if (!_isTimed)
            loop.Deadlines.Add(this, default, _until);
        _isTimed = true;
        return true;
    }

    /// <summary>A group that reads from disk had a turn.</summary>
    /// <param name="began">The clock's reading when it began.</param>
    public void TookTurn(long began)
    {
        var rest = loop.Setting.Time.GetElapsedTime(began) * RestsPerTurn;
        _until = Math.Max(_until, loop.Deadlines.In(rest < LongestRest ? rest : LongestRest));
    }

    /// <inheritdoc/>
    public bool IsPending(DueToken token) => _isTimed;

    /// <inheritdoc/>
    public void Due(DueToken token, DeliveryLoop met)
    {
        _isTimed = false;
        foreach (var group in _resting)
        {
            group.IsResting = false;
            group.HasDemand();
        }
        _resting.Clear();
    }
}
