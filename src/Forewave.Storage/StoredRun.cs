using Forewave.Protocol;

namespace Forewave.Storage;

/// <summary>
/// Messages of consecutive offsets out of one record. The bytes belong to the store: they are valid until
/// <see cref="Release"/>, which is called exactly once by whoever got the run from <see cref="IStore.TryReadRecent"/>
/// (runs inside <see cref="StoredRuns"/> are released with it).
/// </summary>
public readonly struct StoredRun
{
    private readonly IStoredRunOwner? _owner;

    /// <summary>Makes a run whose bytes its owner keeps until it is released.</summary>
    public StoredRun(in RecordHeader header, Offset first, int count, ReadOnlyMemory<byte> messages, IStoredRunOwner? owner)
    {
        Header = header;
        First = first;
        Count = count;
        Messages = messages;
        _owner = owner;
    }

    /// <summary>The record's header; its position is that of the first message of this run.</summary>
    public RecordHeader Header { get; }

    /// <summary>Offset of the first message.</summary>
    public Offset First { get; }

    /// <summary>How many messages.</summary>
    public int Count { get; }

    /// <summary>The encoded messages, each with its tag and length; a dead letter's payload for dead-letter indexes.</summary>
    public ReadOnlyMemory<byte> Messages { get; }

    /// <summary>The bytes do not match their CRC: <see cref="Messages"/> is empty, the offsets are lost.</summary>
    public bool Damaged => Messages.IsEmpty;

    /// <summary>Gives the bytes back.</summary>
    public void Release() => _owner?.Release();
}
