using System.Runtime.InteropServices;
using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Leases;

/// <summary>
/// One Settle frame on its way: split by loop, answered with one Settled when everything it did is committed. Filled by the
/// session, then posted; after that the loops and the commit thread share it, and it is thread-safe.
/// </summary>
internal sealed class SettleRequest(DeliveryLoops loops, ISessionOutput output, CorrelationId correlation) : ICommitOwner
{
    private readonly Lock _gate = new();
    private List<SettleFailure>? _failures;
    private SettleCommand? _only;
    private SettleCommand?[]? _parts;
    private int _open = 1;
    private ErrorCode _stopped;

    /// <summary>The connection that settles.</summary>
    public ISessionOutput Output { get; } = output;

    /// <summary>Adds a run. For the session, before <see cref="Post()"/>.</summary>
    public void Add(in SettleItem item)
    {
        var loop = loops.Of(item.Queue);
        if (_parts is null && _only is not null && _only.Loop != loop)
        {
            _parts = new SettleCommand?[loops.Count];
            _parts[_only.Loop.Number] = _only;
        }
        SettleCommand part = _parts is null
            ? _only ??= new SettleCommand(this, loop)
            : _parts[loop.Number] ??= new SettleCommand(this, loop);
        part.Add(item);
    }

    /// <summary>Says that messages of a run failed; the whole run where <paramref name="count"/> is 0.</summary>
    public void Fail(in SettleItem item, Offset first, uint count, ErrorCode code) =>
        Fail(new SettleFailure { Run = item.Place, First = first, Count = count, Error = ErrorFrame.Of(code) });

    /// <summary>Says that a run cannot be used at all: for the session, which sees that first.</summary>
    public void Fail(in SettleFailure failure)
    {
        lock (_gate)
            (_failures ??= []).Add(failure);
    }

    /// <summary>Hands the parts to their loops. Nothing of it is the session's any more then.</summary>
    public void Post()
    {
        if (_parts is null)
        {
            if (_only is not null)
                Post(_only);
        }
        else
        {
            foreach (var part in _parts)
            {
                if (part is not null)
                    Post(part);
            }
        }
        Done();
    }

    /// <summary>One more thing has to be done before the answer.</summary>
    public void Open() => Interlocked.Increment(ref _open);

    /// <summary>One thing is done; the last one answers.</summary>
    public void Done()
    {
        if (Interlocked.Decrement(ref _open) == 0)
            Answer();
    }

    /// <summary>One thing is not done, or nobody can tell, because the partition stopped.</summary>
    public void Stopped(ErrorCode code)
    {
        _stopped = code;
        Done();
    }

    /// <inheritdoc/>
    void ICommitOwner.Committed(LogPosition first, long token) => Done();

    /// <inheritdoc/>
    void ICommitOwner.Lost(StoreException failure, long token) => Stopped(failure.Error);

    private void Post(SettleCommand part)
    {
        Open();
        part.Loop.Post(part);
    }

    private void Answer()
    {
        if (_stopped != default)
        {
            Output.WriteError(correlation.Value, _stopped);
        }
        else
        {
            _failures?.Sort(static (one, other) => (one.Run, one.First.Value).CompareTo((other.Run, other.First.Value)));
            SubscriptionFrames.WriteSettled(Output, correlation, CollectionsMarshal.AsSpan(_failures));
        }
        Output.Flush();
    }
}
