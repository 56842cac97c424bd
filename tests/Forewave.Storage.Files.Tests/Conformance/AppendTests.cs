using Forewave.Storage.Conformance;

namespace Forewave.Storage.Files.Tests.Conformance;

public sealed class AppendTests : AppendConformance
{
    protected override IStorePlace NewPlace() => new MemoryPlace();
}
