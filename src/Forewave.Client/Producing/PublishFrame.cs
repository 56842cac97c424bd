using System.Buffers;
using System.Runtime.InteropServices;
using Forewave.Client.Connections;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Client.Producing;

/// <summary>
/// Batches that were sealed together: one request, kept until it is answered, sent again over every new connection. Owned by
/// its producer's lock until it is answered, then by the completions; used again after that.
/// </summary>
internal sealed class PublishFrame : IAnswerHandler, ICompletion
{
    private readonly ProducerBuffer _producer;
    private byte[]? _bytes;

    public PublishFrame(ProducerBuffer producer) => _producer = producer;

    /// <summary>In the order of the request; null in the place of one that is tried again in another frame.</summary>
    public List<Batch?> Batches { get; } = [];

    public List<BatchOutcome> Outcomes { get; } = [];

    /// <summary>Bytes of its messages.</summary>
    public int MessagesBytes { get; set; }

    /// <summary>Messages of it have ordering keys.</summary>
    public bool HasKeys { get; set; }

    /// <summary>Batches of it are of queues that are paced.</summary>
    public bool HasPaced { get; set; }

    /// <summary>It is answered, and some of it or the whole was refused.</summary>
    public bool HasErrors { get; private set; }

    /// <summary>Timestamp of the last send; 0: it was never sent.</summary>
    public long SentAt { get; set; }

    /// <summary>Its messages have been handed to the connection at least once.</summary>
    public bool WasSent { get; set; }

    /// <summary>The whole was refused, or not understood.</summary>
    public ForewaveException? Failure { get; private set; }

    /// <summary>Writes the frame for a connection.</summary>
    public ReadOnlyMemory<byte> Encode(CorrelationId correlation, uint producer)
    {
        WasSent = true;
        if (Batches.Count == 1)
        {
            return Batches[0]!.FrameOfItsOwn(correlation, producer);
        }

        int batchesBytes = 0;
        foreach (Batch? batch in Batches)
        {
            batchesBytes += PublishFrameWriter.BatchHeadSize(batch!.Header, batch.MessagesBytes) + batch.MessagesBytes;
        }

        int total = PublishFrameWriter.FrameHeadSize(correlation, producer, batchesBytes) + batchesBytes;
        ReturnBytes();
        _bytes = ArrayPool<byte>.Shared.Rent(total);
        int at = PublishFrameWriter.WriteFrameHead(_bytes, correlation, producer, batchesBytes);
        foreach (Batch? batch in Batches)
        {
            at += PublishFrameWriter.WriteBatchHead(_bytes.AsSpan(at), batch!.Header, batch.MessagesBytes);
            batch.Messages.CopyTo(_bytes.AsSpan(at));
            at += batch.MessagesBytes;
        }

        return _bytes.AsMemory(0, at);
    }

    public void Answered(ReadOnlySpan<byte> frame, in ServerFrameHeader header)
    {
        if (header.Answer == ServerAnswer.Error && ErrorFrame.TryRead(frame, header.Payload, out Protocol.V1.Error error))
        {
            Failure = ErrorFrame.ToException(error);
        }
        else if (header.Answer != ServerAnswer.Published || !ReadOutcomes(frame, header.Payload))
        {
            Failure = new ForewaveException(ErrorCode.OutcomeUnknown, "The broker's answer to a publish cannot be read.");
        }

        HasErrors |= Failure is not null;
        _producer.Answered(this);
    }

    public void Lost(ForewaveException reason)
    {
        // It stays unanswered; the next connection sends it again.
    }

    /// <summary>Why a batch was refused; null: it is stored.</summary>
    public ForewaveException? ErrorOf(int batch) => Failure ?? CollectionsMarshal.AsSpan(Outcomes)[batch].Error;

    /// <summary>What became of a batch.</summary>
    public BatchOutcome OutcomeOf(int batch) => Failure is null ? Outcomes[batch] : new BatchOutcome { Error = Failure };

    /// <summary>Tells the publishers of every batch that is not tried again.</summary>
    public void Run()
    {
        for (int i = 0; i < Batches.Count; i++)
        {
            if (Batches[i] is { IsAbandoned: false } batch)
            {
                _producer.Tell(batch, OutcomeOf(i));
            }
        }

        _producer.Done(this);
    }

    /// <summary>Makes it empty: its batches are somebody else's.</summary>
    public void Clear()
    {
        ReturnBytes();
        Batches.Clear();
        Outcomes.Clear();
        (MessagesBytes, WasSent, SentAt, Failure) = (0, false, 0, null);
        (HasKeys, HasErrors, HasPaced) = (false, false, false);
    }

    private void ReturnBytes()
    {
        if (_bytes is { } bytes)
        {
            _bytes = null;
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private bool ReadOutcomes(ReadOnlySpan<byte> frame, ByteRange payload)
    {
        PublishedReader reader = new(frame, payload);
        while (reader.MoveNext(out PublishedBatchView view))
        {
            BatchOutcome outcome = Read(frame, view);
            HasErrors |= outcome.Error is not null;
            Outcomes.Add(outcome);
        }

        return reader.Problem.IsNone && Outcomes.Count == Batches.Count;
    }

    private static BatchOutcome Read(ReadOnlySpan<byte> frame, in PublishedBatchView view)
    {
        if (view.IsRefused)
        {
            return ErrorFrame.TryRead(frame, view.Error, out Protocol.V1.Error error)
                ? new BatchOutcome { Error = ErrorFrame.ToException(error) }
                : new BatchOutcome { Error = new ForewaveException(ErrorCode.OutcomeUnknown) };
        }

        LogPosition[]? positions = view.HasPositions ? new LogPosition[view.PositionCount] : null;
        bool[]? repeats = view.HasRepeats ? new bool[view.PositionCount] : null;
        for (int i = 0; i < positions?.Length; i++)
        {
            positions[i] = view.PositionOf(i);
        }

        for (int i = 0; i < repeats?.Length; i++)
        {
            repeats[i] = view.IsRepeat(i);
        }

        return new BatchOutcome
        {
            FirstPosition = view.FirstPosition,
            Positions = positions,
            Durability = view.Durability,
            IsDuplicate = view.IsDuplicate,
            Repeats = repeats,
        };
    }
}
