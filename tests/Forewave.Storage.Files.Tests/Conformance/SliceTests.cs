using Forewave.Storage.Conformance;

namespace Forewave.Storage.Files.Tests.Conformance;

public sealed class SliceTests : SliceConformance
{
    protected override IStorePlace NewPlace() => new MemoryPlace();
}
