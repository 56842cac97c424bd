namespace Forewave.Storage.Files.Recovery;

/// <summary>
/// Passes what was recovered to the engine's fold; what is the store's own stays here. One thread, recovery's.
/// </summary>
internal sealed class RecoveryTarget
{
    private readonly IStateFold _fold;

    public RecoveryTarget(IStateFold fold) => _fold = fold;

    public void Load(in StatePart part, ReadOnlySpan<byte> state) => _fold.Load(part, state);

    public void Loaded() => _fold.Loaded();

    public void Apply(in CommittedRecord record, ReadOnlySpan<byte> payload)
    {
        if (record.Header.Type is not RecordType.CarriedOver)
        {
            _fold.Apply(record, payload);
        }
    }

    public void Damaged(DamagedRange range) => _fold.Damaged(range.First, range.Last);
}
