using System.Diagnostics;
using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.GroupCommit;

/// <summary>
/// The one who writes the log: takes all that waits, seals it, writes it, syncs once, moves the committed position and hands
/// the group on to be answered.
/// <para>
/// <see cref="Step"/> runs on one thread, the log writer's. It does not throw: whatever a write or a sync throws stops the
/// store, and everything not known to be committed is answered as lost. Nothing here can be cancelled.
/// </para>
/// </summary>
internal sealed class LogWriter
{
    // Answers of a few records cost less than waking another thread.
    private const int SmallGroupOwners = 64;

    // The answers lag behind the disk: waiting here lets groups grow instead of queueing them.
    private const int MaxUnanswered = 8;

    private readonly Gather _gather;
    private readonly CommitQueue _answers;
    private readonly SegmentTable _segments;
    private readonly int _segmentBytes;
    private readonly WriterCounters _counters;
    private readonly Action _segmentTaken;
    private Segment _segment;
    private IDiskFile _file;
    private bool _hasStopped;

    /// <param name="gather">What waits.</param>
    /// <param name="answers">Where committed groups go.</param>
    /// <param name="segments">Learns of each segment before it is written.</param>
    /// <param name="active">The segment that is written; in the table, with an open file.</param>
    /// <param name="counters">For metrics.</param>
    /// <param name="segmentTaken">Called when a prepared segment is taken into use.</param>
    /// <param name="segmentBytes">Size of a segment.</param>
    public LogWriter(
        Gather gather,
        CommitQueue answers,
        SegmentTable segments,
        Segment active,
        WriterCounters counters,
        Action segmentTaken,
        int segmentBytes)
    {
        _gather = gather;
        _answers = answers;
        _segments = segments;
        _segment = active;
        _file = FileOf(active);
        _counters = counters;
        _segmentTaken = segmentTaken;
        _segmentBytes = segmentBytes;
    }

    /// <summary>Writes one group; false: nothing waits, or too much is unanswered.</summary>
    public bool Step()
    {
        if (_hasStopped)
        {
            return false;
        }

        if (_gather.Failure is { } failure)
        {
            Stop(failure, null);
            return true;
        }

        if (!_gather.IsClosed && (!_gather.HasWaiting || _answers.Unanswered >= MaxUnanswered))
        {
            return false;
        }

        CommitGroup empty = _answers.Rent();
        if (_gather.TryTake(empty) is not { } group)
        {
            _answers.Return(empty);
            return false;
        }

        Commit(group);
        return true;
    }

    /// <summary>
    /// After the last step: a barrier in a group of its own. Its start proves that everything before it was synced, so what is
    /// not whole at the next opening rotted. Without it (no room, a failing disk) that opening cannot tell it from a torn end.
    /// </summary>
    public void WriteEnd()
    {
        if (_hasStopped || !_gather.TryAppendEnd() || _gather.TryTake(_answers.Rent()) is not { } group)
        {
            return;
        }

        try
        {
            Write(group);
        }
        catch (DiskException failure)
        {
            // Nobody waits for it: all that was appended is committed and answered.
            _gather.Stop(StoreFailures.OfLogWrite(failure));
        }
    }

    private void Commit(CommitGroup group)
    {
        try
        {
            Write(group);
        }
        catch (Exception failure)
        {
            Stop(StoreFailures.OfLogWrite(failure), group);
            return;
        }

        _segment.Last = group.Through;
        foreach (ref readonly GatherPiece piece in group.Pieces)
        {
            piece.Block.Committed = piece.To;
        }

        _answers.MoveCommitted(group.Through);
        _gather.GiveRoom();
        bool answerHere = group.Owned.Length <= SmallGroupOwners && !_gather.HasWaiting;
        _answers.Add(group, answerHere);
    }

    private void Write(CommitGroup group)
    {
        bool startsGroup = true;
        foreach (ref readonly GatherPiece piece in group.Pieces)
        {
            if (piece.Block.Segment != _segment)
            {
                Leave(piece.Block.Segment ?? throw new UnreachableException());
            }

            Seal(piece, startsGroup);
            startsGroup = false;
            int at = piece.Block.StartByte + piece.From;
            _file.Write(at, piece.Block.Bytes.AsSpan(piece.From, WholePages(piece)));
            _segment.End = piece.Block.StartByte + piece.To;
        }

        Sync();
        _counters.AddGroup(group.Bytes);
    }

    // The rest of the segment before is written; it has to be on stable storage no later than what follows.
    private void Leave(Segment next)
    {
        Sync();
        _segment.IsSealed = true;

        // Who publishes to many queues goes on to.
        next.Summary?.Expect(_segment.Summary?.QueueCount ?? 0);
        _segments.Add(next);
        _segment = next;
        _file = FileOf(next);
        _segmentTaken();
    }

    private void Seal(in GatherPiece piece, bool startsGroup)
    {
        byte[] bytes = piece.Block.Bytes;
        int at = piece.From;
        while (at < piece.To)
        {
            LogPosition position = RecordCodec.PositionOf(bytes.AsSpan(at));
            int recordByte = piece.Block.StartByte + at;
            if (recordByte == SegmentLayout.HeaderBytes)
            {
                _segment.First = position;
            }

            _segment.Positions.Note(recordByte, position);
            at += RecordCodec.Seal(bytes.AsSpan(at), _segment.Generation, startsGroup);
            startsGroup = false;
        }
    }

    // Up to the end of the last page: the kernel would have to read the rest of it from a file that is recycled. What
    // follows the group there is no record: it is not sealed yet, or its position is an old one.
    private int WholePages(in GatherPiece piece)
    {
        int start = piece.Block.StartByte;
        int end = Math.Min(SegmentLayout.UpToPage(start + piece.To), _segmentBytes);
        return Math.Min(end - start, piece.Block.Bytes.Length) - piece.From;
    }

    private void Sync()
    {
        long begin = Stopwatch.GetTimestamp();
        _file.Sync();
        _counters.AddSync(Stopwatch.GetElapsedTime(begin));
    }

    private void Stop(StoreException failure, CommitGroup? group)
    {
        _hasStopped = true;
        _gather.Stop(failure);
        if (group is not null)
        {
            group.Failure = failure;
            _answers.Add(group, answerHere: false);
        }

        if (_gather.TryTake(_answers.Rent()) is { } rest)
        {
            rest.Failure = failure;
            _answers.Add(rest, answerHere: false);
        }

        _answers.AddEnd(failure);
    }

    private static IDiskFile FileOf(Segment segment) =>
        segment.Parts[^1].Handle ?? throw new InvalidOperationException($"segment {segment.Number} is not open");
}
