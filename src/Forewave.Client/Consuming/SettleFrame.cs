using System.Buffers;
using System.Runtime.InteropServices;
using Forewave.Client.Connections;
using Forewave.Client.Producing;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Client.Consuming;

/// <summary>
/// What was settled together: one request, sent again over every new connection until it is answered. Owned by the consumer's
/// lock until it is answered, then by the completions; used again after that.
/// </summary>
internal sealed class SettleFrame(Settlements owner) : IAnswerHandler, ICompletion
{
    public const int MaxRuns = 4_096;

    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly List<SettleRun> _runs = [];
    private readonly List<SettleWaiter> _waiters = [];
    private readonly List<FailedSettle> _failures = [];
    private ForewaveException? _refusal;
    private uint _messageCount;

    public IReadOnlyList<SettleRun> Runs => _runs;

    public bool IsEmpty => _runs.Count == 0;

    /// <summary>It may take no further run, which is at most as long as a delivery.</summary>
    public bool IsFull => _runs.Count >= MaxRuns || _messageCount > Limits.SettledPerFrame - Limits.MessagesPerFrame;

    /// <summary>It was handed to a connection at least once.</summary>
    public bool WasSent { get; private set; }

    /// <summary>How often the broker refused it as a whole.</summary>
    public int Refusals { get; set; }

    /// <summary>Adds a run, to the one before where it continues that.</summary>
    public void Add(in SettleRun run)
    {
        _messageCount += run.Count;
        Span<SettleRun> runs = CollectionsMarshal.AsSpan(_runs);
        if (!runs.IsEmpty && IsContinued(runs[^1], run))
        {
            runs[^1] = runs[^1] with { Count = runs[^1].Count + run.Count };
        }
        else
        {
            _runs.Add(run);
        }
    }

    /// <summary>Somebody waits for a part of the run that was added last.</summary>
    public void AddWaiter(PendingSettle pending, Offset first, uint count, long now)
    {
        pending.Add();
        _waiters.Add(new SettleWaiter(pending, _runs.Count - 1, first, count, now));
    }

    /// <summary>Takes the waiters that have waited since before a time.</summary>
    public List<PendingSettle> TakeWaiters(long begunBefore)
    {
        List<PendingSettle> late = [.. _waiters.Where(waiter => waiter.Begun < begunBefore).Select(waiter => waiter.Pending)];
        _waiters.RemoveAll(waiter => waiter.Begun < begunBefore);
        return late;
    }

    /// <summary>Writes the frame for a connection.</summary>
    public ReadOnlyMemory<byte> Encode(CorrelationId correlation)
    {
        WasSent = true;
        _bytes.ResetWrittenCount();
        SettleFrameWriter.Write(_bytes, correlation, CollectionsMarshal.AsSpan(_runs));
        return _bytes.WrittenMemory;
    }

    public void Answered(ReadOnlySpan<byte> frame, in ServerFrameHeader header)
    {
        if (header.Answer == ServerAnswer.Error && ErrorFrame.TryRead(frame, header.Payload, out Protocol.V1.Error error))
        {
            _refusal = ErrorFrame.ToException(error);
        }
        else if (header.Answer != ServerAnswer.Settled || !ReadFailures(frame, header.Payload))
        {
            _refusal = new ForewaveException(ErrorCode.OutcomeUnknown, "The broker's answer to a settle cannot be read.");
        }

        owner.Answered(this, _refusal);
    }

    public void Lost(ForewaveException reason) => owner.Lost(this);

    /// <summary>It is sent again: what was said of it counts no more.</summary>
    public void Forget() => _refusal = null;

    /// <summary>It ends without an answer.</summary>
    public void GiveUp(ForewaveException error) => _refusal = error;

    /// <summary>Tells the waiters, and the consumer about what nobody waited for.</summary>
    public void Run()
    {
        if (_refusal is { } refusal)
        {
            for (int run = 0; run < _runs.Count; run++)
            {
                _failures.Add(new FailedSettle(run, _runs[run].First, _runs[run].Count, refusal));
            }
        }

        if (_failures.Count == 0)
        {
            _waiters.ForEach(static waiter => waiter.Pending.Release());
        }
        else
        {
            TellFailures();
        }

        _runs.Clear();
        _waiters.Clear();
        _failures.Clear();
        (_refusal, WasSent, Refusals, _messageCount) = (null, false, 0, 0);
        owner.Done(this);
    }

    private void TellFailures()
    {
        ILookup<int, FailedSettle> failures = _failures.ToLookup(failure => failure.Run);
        foreach (SettleWaiter waiter in _waiters)
        {
            waiter.Pending.Release(failures[waiter.Run].FirstOrDefault(failure => failure.Overlaps(waiter) > 0)?.Error);
        }

        ILookup<int, SettleWaiter> waiters = _waiters.ToLookup(waiter => waiter.Run);
        foreach (FailedSettle failure in _failures)
        {
            if (waiters[failure.Run].Sum(failure.Overlaps) < failure.Count)
            {
                owner.TellUnsettled(new UnsettledMessages(failure.First, failure.Count, _runs[failure.Run].Verb, failure.Error));
            }
        }
    }

    private bool ReadFailures(ReadOnlySpan<byte> frame, ByteRange payload)
    {
        SettledReader reader = new(frame, payload);
        while (reader.MoveNext(out SettleFailureView view))
        {
            if (view.Run >= _runs.Count || !ErrorFrame.TryRead(frame, view.Error, out Protocol.V1.Error error))
            {
                return false;
            }

            SettleRun run = _runs[(int)view.Run];
            Offset first = view.Count == 0 ? run.First : view.First;
            _failures.Add(new FailedSettle((int)view.Run, first, view.Count == 0 ? run.Count : view.Count, ErrorFrame.ToException(error)));
        }

        return reader.Problem.IsNone;
    }

    private static bool IsContinued(in SettleRun last, in SettleRun next) =>
        last.First.Value + last.Count == next.First.Value
        && last.Verb == next.Verb
        && last.Attempt == next.Attempt
        && last.Epoch == next.Epoch
        && last.Delay == next.Delay
        && last.Reason.IsEmpty
        && next.Reason.IsEmpty
        && last.Group == next.Group
        && last.Queue == next.Queue;
}
