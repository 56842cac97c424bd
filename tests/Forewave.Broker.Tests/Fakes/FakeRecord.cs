using Forewave.Storage;

namespace Forewave.Broker.Tests.Fakes;

internal sealed record FakeRecord(RecordHeader Header, byte[] Payload)
{
    public bool IsLazy { get; init; }
}
