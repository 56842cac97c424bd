using Forewave.Protocol;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Recovery;

/// <summary>
/// Gives records to the fold, those that survive only together when all of them are there. One thread, recovery's.
/// </summary>
internal sealed class FoldUnit
{
    private readonly List<(CommittedRecord Record, byte[] Payload)> _joined = [];
    private readonly RecordSink _sink;

    public FoldUnit(RecordSink sink) => _sink = sink;

    /// <summary>Where the unit that is not complete began; null: none is open.</summary>
    public LogPlace? Start => _joined.Count == 0 ? null : new LogPlace(_joined[0].Record.Location);

    /// <summary>Position of that beginning.</summary>
    public LogPosition StartPosition => _joined.Count == 0 ? LogPosition.None : _joined[0].Record.Header.Position;

    public void Add(in StoredHeader stored, LogPlace place, ReadOnlySpan<byte> payload)
    {
        CommittedRecord record = new(stored.Header, place.Location, stored.PayloadBytes);
        bool joinsNext = (stored.Flags & RecordFlags.JoinsNext) != 0;
        if (!joinsNext && _joined.Count == 0)
        {
            _sink(record, payload);
            return;
        }

        _joined.Add((record, payload.ToArray()));
        if (!joinsNext)
        {
            Complete();
        }
    }

    /// <summary>Bytes inside of synced groups are lost: what is there of a unit counts.</summary>
    public void Break() => Complete();

    /// <summary>The log ends here: what is there of a unit never was.</summary>
    public void Drop() => _joined.Clear();

    private void Complete()
    {
        foreach ((CommittedRecord record, byte[] payload) in _joined)
        {
            _sink(record, payload);
        }

        _joined.Clear();
    }
}
