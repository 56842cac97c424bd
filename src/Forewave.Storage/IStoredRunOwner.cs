namespace Forewave.Storage;

/// <summary>Keeps the bytes of a run until they are released.</summary>
public interface IStoredRunOwner
{
    /// <summary>One run of it is not used any more. Thread-safe.</summary>
    void Release();
}
