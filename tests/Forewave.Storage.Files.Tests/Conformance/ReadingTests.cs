using Forewave.Storage.Conformance;

namespace Forewave.Storage.Files.Tests.Conformance;

public sealed class ReadingTests : ReadingConformance
{
    protected override IStorePlace NewPlace() => new MemoryPlace();
}
