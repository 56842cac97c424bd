namespace Forewave.Storage;

/// <summary>Takes the parts of a checkpoint. Thread-safe.</summary>
public interface IStateWriter
{
    /// <summary>Adds a part; the bytes are copied.</summary>
    void Write(in StatePart part, ReadOnlySpan<byte> state);
}
