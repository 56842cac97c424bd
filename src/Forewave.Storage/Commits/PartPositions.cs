using Forewave.Protocol;

namespace Forewave.Storage.Commits;

/// <summary>Passes parts on and keeps what replay has to know of their positions. Thread-safe.</summary>
internal sealed class PartPositions : IStateWriter
{
    private readonly Lock _lock = new();
    private readonly IStateWriter _writer;
    private LogPosition _covered;
    private LogPosition _tail;

    /// <param name="writer">Where the parts go.</param>
    /// <param name="committed">Committed when the checkpoint began: the most that it can cover.</param>
    public PartPositions(IStateWriter writer, LogPosition committed)
    {
        _writer = writer;
        _covered = committed;
        _tail = committed;
    }

    /// <summary>Every part has what is in the log up to here.</summary>
    public LogPosition Covered => _covered;

    /// <summary>Some part has what is in the log up to here: it has to be committed before the checkpoint counts.</summary>
    public LogPosition Tail => _tail;

    /// <summary>What lies behind a position is not covered, whatever the parts say. Before the first part.</summary>
    public void Hold(LogPosition? held)
    {
        if (held is { } most && most < _covered)
        {
            _covered = most;
        }
    }

    public void Write(in StatePart part, ReadOnlySpan<byte> state)
    {
        lock (_lock)
        {
            LogPosition least = part.Dispatched < part.Tail ? part.Dispatched : part.Tail;
            LogPosition most = part.Dispatched < part.Tail ? part.Tail : part.Dispatched;
            _covered = least < _covered ? least : _covered;
            _tail = most > _tail ? most : _tail;
        }

        _writer.Write(part, state);
    }
}
