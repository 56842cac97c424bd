using Forewave.Protocol;

namespace Forewave.Storage;

/// <summary>
/// The engine while it is recovered: first the parts of the checkpoint, then each record after it, in log order, on one
/// thread.
/// </summary>
public interface IStateFold
{
    /// <summary>A part of the last checkpoint, as it was written.</summary>
    void Load(in StatePart part, ReadOnlySpan<byte> state);

    /// <summary>All parts are loaded.</summary>
    void Loaded();

    /// <summary>
    /// A record. It may be older than a part of the state: the part's positions tell. One that <see cref="RecordTypes.KeepsPlace"/>
    /// and whose header is whole but whose bytes rotted comes after <see cref="Damaged"/> with an empty payload: its messages are lost,
    /// their offsets are not given to others.
    /// </summary>
    void Apply(in CommittedRecord record, ReadOnlySpan<byte> payload);

    /// <summary>Bytes of the log could not be read: positions of this range are lost.</summary>
    void Damaged(LogPosition first, LogPosition last);
}
