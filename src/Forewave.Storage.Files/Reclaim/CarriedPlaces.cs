using Forewave.Protocol;

namespace Forewave.Storage.Files.Reclaim;

/// <summary>Places of one kind in a segment, found by position. Not thread-safe: <see cref="SegmentSummary"/> has the lock.</summary>
internal sealed class CarriedPlaces
{
    private List<CarriedPlace> _places = [];
    private bool _isSorted = true;

    /// <summary>All of them, by position, each once.</summary>
    public List<CarriedPlace> Sorted
    {
        get
        {
            // Replay brings again what a checkpoint has already.
            if (!_isSorted)
            {
                _places = [.. _places.Distinct().OrderBy(place => place.First.Bits)];
                _isSorted = true;
            }

            return _places;
        }
    }

    /// <summary>Between which positions they are.</summary>
    public CarriedRange Range =>
        Sorted.Count == 0 ? CarriedRange.None : new CarriedRange(Sorted[0].First, Sorted[^1].First.Plus((ulong)Sorted[^1].Messages));

    public void Add(in CarriedPlace place)
    {
        _places.Add(place);
        _isSorted = false;
    }

    /// <summary>The record that has the message of a position.</summary>
    public bool TryFind(LogPosition position, out int recordByte)
    {
        List<CarriedPlace> places = Sorted;
        int low = -1;
        int high = places.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) >> 1;
            (low, high) = places[middle].First <= position ? (middle, high) : (low, middle - 1);
        }

        recordByte = low < 0 ? 0 : places[low].Byte;
        return low >= 0 && places[low].Holds(position);
    }
}
