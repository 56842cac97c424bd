using Forewave.Storage;

namespace Forewave.Broker.Search.Keys;

/// <summary>A slice of the key index rotted, or is missing: what it knew has to be read from the messages again.</summary>
internal sealed class KeySliceLostException(KeySlice slice, StoreException why) : Exception(why.Message, why)
{
    /// <summary>Which.</summary>
    public KeySlice Slice { get; } = slice;
}
