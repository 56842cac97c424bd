namespace Forewave.Storage.Conformance;

/// <summary>Where a store keeps what it is given: a disk, a database. Outlives the stores that are opened on it, one after the other.</summary>
public interface IStorePlace : IAsyncDisposable
{
    /// <summary>A store on what is there; not recovered yet.</summary>
    IStore Open(TimeProvider time);
}
