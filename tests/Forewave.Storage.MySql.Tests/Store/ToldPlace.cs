using Forewave.Storage.Conformance;
using Forewave.Storage.MySql.Tests.Conformance;

namespace Forewave.Storage.MySql.Tests.Store;

/// <summary>A place whose stores tell what they have to tell an operator.</summary>
internal sealed class ToldPlace(DatabasePlace place, Action<string> told) : IStorePlace
{
    public IStore Open(TimeProvider time) => new MySqlStore(place.Options with { Told = told }, time);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
