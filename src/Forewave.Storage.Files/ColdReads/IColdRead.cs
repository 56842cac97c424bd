namespace Forewave.Storage.Files.ColdReads;

/// <summary>A read that waits for a reader thread. Exactly one of the two is called, once; neither throws.</summary>
internal interface IColdRead
{
    /// <summary>Reads, on a reader thread.</summary>
    void Run();

    /// <summary>The store is closing.</summary>
    void Refuse(StoreException failure);
}
