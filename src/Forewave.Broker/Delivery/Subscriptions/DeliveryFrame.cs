using Forewave.Broker.Delivery.Records;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Broker.Delivery.Subscriptions;

/// <summary>
/// The delivery frame that a loop is making: runs as they stand in the log with a head each, and the same runs as its record
/// names them. One for each loop, used again and again; its bytes belong to the sources of the group.
/// </summary>
internal sealed class DeliveryFrame
{
    private readonly List<FramePiece> _pieces = [];
    private readonly List<RecordRun> _runs = [];
    private Subscription? _subscription;
    private Demand _demand;
    private int _runsBytes;

    /// <summary>Messages in it.</summary>
    public int Messages { get; private set; }

    /// <summary>Bytes of the messages in it.</summary>
    public long MessageBytes { get; private set; }

    /// <summary>How many of them are handed out again.</summary>
    public int Again { get; private set; }

    /// <summary>They are redriven dead letters.</summary>
    public bool IsRedriven { get; private set; }

    /// <summary>Redriven ones are in it whose attempt failed: it leaves when its record is committed, as their first attempt did.</summary>
    public bool HasRedrivenAgain { get; private set; }

    /// <summary>The place of the last redriven dead letter in it; 0 where there is none.</summary>
    public long LastPlace => _runs.Count > 0 ? _runs[^1].Place : 0;

    /// <summary>The pull that it answers; null: it goes to standing credit.</summary>
    public PendingReceive? Pull => _demand.Receive;

    /// <summary>Nothing is in it.</summary>
    public bool IsEmpty => Messages == 0;

    /// <summary>How many more messages may come.</summary>
    public int RoomMessages => _demand.Messages - Messages;

    /// <summary>How many more bytes may come; the first message may have more.</summary>
    public int RoomBytes => (int)Math.Max(_demand.Bytes - MessageBytes, 0);

    /// <summary>Something more may come.</summary>
    public bool HasRoom => RoomMessages > 0 && (IsEmpty || RoomBytes > 0);

    /// <summary>Its runs, adjoining ones in one; for the record.</summary>
    public IReadOnlyList<RecordRun> Runs => _runs;

    /// <summary>Begins a frame.</summary>
    public void Begin(Subscription subscription, in Demand demand)
    {
        Clear();
        _subscription = subscription;
        _demand = demand;
    }

    /// <summary>Adds messages of one stored run.</summary>
    public void Add(in DeliveredRunHeader head, ReadOnlyMemory<byte> messages, in RecordRun run, bool again)
    {
        int headBytes = DeliveryWriter.RunHeadSize(head, messages.Length);
        _pieces.Add(new FramePiece(head, messages));
        _runsBytes += headBytes + messages.Length;
        Messages += run.Count;
        MessageBytes += messages.Length;
        Again += again ? run.Count : 0;
        IsRedriven |= run.Place > 0;
        HasRedrivenAgain |= head.IsRedriven && again;
        if (_runs.Count > 0 && run.Place == 0 && _runs[^1] is var last && last.End == run.First && last.Attempt == run.Attempt)
            _runs[^1] = last with { Count = last.Count + run.Count };
        else
            _runs.Add(run);
    }

    /// <summary>Writes it to its connection; returns its bytes.</summary>
    public int Write()
    {
        int frameBytes = FrameBytes;
        if (_demand.Receive is null)
            _subscription!.Output.Write(frameBytes, this, static (span, frame) => frame.Fill(span));
        else
            _subscription!.Output.WriteAnswer(frameBytes, this, static (span, frame) => frame.Fill(span));
        return frameBytes;
    }

    /// <summary>Its bytes in memory of their own, for a frame that leaves later.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[FrameBytes];
        Fill(bytes);
        return bytes;
    }

    /// <summary>Takes credit away, or the pull that it answers.</summary>
    public void Spend()
    {
        if (_demand.Receive is not { } receive)
        {
            _subscription!.Spend(Messages, MessageBytes);
            return;
        }
        receive.Answered = true;
        _subscription!.Receives.Remove(receive);
    }

    /// <summary>Forgets what is in it.</summary>
    public void Clear()
    {
        _pieces.Clear();
        _runs.Clear();
        _subscription = null;
        _runsBytes = 0;
        Messages = 0;
        MessageBytes = 0;
        Again = 0;
        IsRedriven = false;
        HasRedrivenAgain = false;
    }

    /// <summary>Answers a pull with no messages.</summary>
    public static void WriteEmpty(Subscription subscription, CorrelationId correlation)
    {
        int frameBytes = DeliveryWriter.FrameHeadSize(correlation, subscription.Handle, 0);
        subscription.Output.WriteAnswer(
            frameBytes,
            (correlation, subscription.Handle),
            static (span, state) => DeliveryWriter.WriteFrameHead(span, state.correlation, state.Handle, 0));
    }

    private int FrameBytes => DeliveryWriter.FrameHeadSize(_demand.Correlation, _subscription!.Handle, _runsBytes) + _runsBytes;

    private void Fill(Span<byte> span)
    {
        int at = DeliveryWriter.WriteFrameHead(span, _demand.Correlation, _subscription!.Handle, _runsBytes);
        foreach (ref readonly var piece in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_pieces))
        {
            at += DeliveryWriter.WriteRunHead(span[at..], piece.Head, piece.Messages.Length);
            piece.Messages.Span.CopyTo(span[at..]);
            at += piece.Messages.Length;
        }
    }
}
