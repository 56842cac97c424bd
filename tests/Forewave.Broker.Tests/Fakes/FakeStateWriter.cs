using Forewave.Storage;

namespace Forewave.Broker.Tests.Fakes;

internal sealed class FakeStateWriter : IStateWriter
{
    private readonly Lock _gate = new();

    public List<FakePart> Parts { get; } = [];

    public void Write(in StatePart part, ReadOnlySpan<byte> state)
    {
        lock (_gate)
            Parts.Add(new FakePart(part, state.ToArray()));
    }
}
