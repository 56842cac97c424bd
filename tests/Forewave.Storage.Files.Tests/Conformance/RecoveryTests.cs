using Forewave.Storage.Conformance;

namespace Forewave.Storage.Files.Tests.Conformance;

public sealed class RecoveryTests : RecoveryConformance
{
    protected override IStorePlace NewPlace() => new MemoryPlace();
}
