using Forewave.Broker.Delivery.Records;

namespace Forewave.Broker.Delivery.DeadLetters;

/// <summary>
/// Purged dead letters of one group that are still there, so that the purge can be undone: for the window that its record names.
/// Changed by records alone. For the loop alone.
/// </summary>
internal sealed class DeadBin
{
    private readonly List<BinnedBatch> _batches = [];

    /// <summary>What each purge left in it, oldest first.</summary>
    public IReadOnlyList<BinnedBatch> Batches => _batches;

    /// <summary>How many dead letters are in it.</summary>
    public long Count => _batches.Count == 0 ? 0 : _batches.Sum(static batch => batch.Places.Count);

    /// <summary>Whether a place is in it.</summary>
    public bool Contains(long place) => _batches.Exists(batch => batch.Places.Contains(place));

    /// <summary>A purge puts dead letters into it. The pages of one purge are one batch, which stays as long as the last of them.</summary>
    public void Add(BinnedBatch added)
    {
        int known = _batches.FindIndex(batch => batch.Operation == added.Operation);
        if (known < 0)
        {
            _batches.Add(added);
            return;
        }
        foreach (var range in added.Places.Ranges)
            _batches[known].Places.Add(range);
        _batches[known] = _batches[known] with { Until = Math.Max(_batches[known].Until, added.Until) };
    }

    /// <summary>Dead letters are not in it any more.</summary>
    public void Remove(PlaceRange range)
    {
        foreach (var batch in _batches)
            batch.Places.Remove(range);
        _batches.RemoveAll(static batch => batch.Places.Count == 0);
    }

    /// <summary>What has been in it for its whole window.</summary>
    public IEnumerable<PlaceRange> Due(long now) =>
        _batches.Where(batch => batch.Until <= now).SelectMany(static batch => batch.Places.Ranges);

    /// <summary>Writes it into a checkpoint.</summary>
    public void Write(RecordWriter writer)
    {
        writer.UInt32((uint)_batches.Count);
        foreach (var batch in _batches)
        {
            writer.UInt64(batch.Operation);
            writer.Int64(batch.Until);
            batch.Places.Write(writer);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public void Read(ref RecordReader reader)
    {
        for (int i = reader.Count(); i > 0; i--)
        {
            ulong operation = reader.UInt64();
            long until = reader.Int64();
            _batches.Add(new BinnedBatch(operation, until, Places.ReadFrom(ref reader)));
        }
    }
}
