using Forewave.Storage;

namespace Forewave.Broker.Deduplication.Slices;

/// <summary>A slice cannot be read to its end: its bytes rotted, or the disk does not give them.</summary>
internal sealed class SliceDamagedException : Exception
{
    public SliceDamagedException(IdSlice slice, SlicePage page, Exception? cause)
        : base($"page {page.Value} of slice {slice.Number.Value} of deduplication ids cannot be read", cause)
    {
        Slice = slice;
        Page = page;
    }

    /// <summary>The slice.</summary>
    public IdSlice Slice { get; }

    /// <summary>The first page that was found broken, or of those that were read at once.</summary>
    public SlicePage Page { get; }
}
