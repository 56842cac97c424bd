namespace Forewave.Storage;

/// <summary>
/// Who keeps a slice: the highest byte of its number, so that owners number and clean up without knowing of each other. The numbers
/// are on disk.
/// </summary>
public enum SliceOwner : byte
{
    /// <summary>Deduplication ids.</summary>
    Deduplication = 0,

    /// <summary>The index of the messages' keys.</summary>
    Keys = 1,
}
