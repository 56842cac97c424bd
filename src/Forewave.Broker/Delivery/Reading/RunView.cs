using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Reading;

/// <summary>The rest of a stored run from an offset on. The bytes are the source's until the frame is written.</summary>
internal readonly struct RunView(in StoredRun run)
{
    private readonly StoredRun _run = run;

    /// <summary>Messages of the run before the first of these.</summary>
    public required int Skipped { get; init; }

    /// <summary>Bytes of the run before the first of these.</summary>
    public required int ByteOffset { get; init; }

    /// <summary>The record's header; its position is that of the whole run's first message.</summary>
    public RecordHeader Header => _run.Header;

    /// <summary>The bytes of the run rotted.</summary>
    public bool Damaged => _run.Damaged;

    /// <summary>Its log position is known.</summary>
    public bool IsPlaced => _run.Header.Position != LogPosition.None;

    /// <summary>There may be messages with an ordering key in it.</summary>
    public bool MayHaveKeys => PublishedFlags.MayHaveKeys(_run.Header);

    /// <summary>There may be messages in it that name when they expire.</summary>
    public bool MayExpire => PublishedFlags.MayExpire(_run.Header);

    /// <summary>
    /// Unix time in milliseconds after which those of its messages are not delivered that name no time of their own; 0: none.
    /// </summary>
    public long ExpiryTime => QueueLife.MillisecondsOf(_run.Header.Extra) is > 0 and var life ? _run.Header.Time.UnixMilliseconds + life : 0;

    /// <summary>Offset of the first message.</summary>
    public long First => _run.First.Value + Skipped;

    /// <summary>How many messages.</summary>
    public int Count => _run.Count - Skipped;

    /// <summary>The encoded messages.</summary>
    public ReadOnlyMemory<byte> Messages => _run.Messages[ByteOffset..];

    /// <summary>Unix time in milliseconds of the publish.</summary>
    public long PublishTime => IsReleased ? ReleasedFlags.PublishTimeOf(_run.Header) : _run.Header.Time.UnixMilliseconds;

    /// <summary>Log position of a message's publish.</summary>
    public LogPosition PositionOf(long offset)
    {
        var first = IsReleased ? LogPosition.FromBits(_run.Header.Sequence) : _run.Header.Position;
        return first.Plus((ulong)(offset - _run.First.Value));
    }

    /// <summary>It is a copy that was made when the messages were due.</summary>
    private bool IsReleased => _run.Header.Type == RecordType.Released;
}
