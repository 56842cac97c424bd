using Forewave.Storage;

namespace Forewave.Broker.Tests.Fakes;

internal sealed record FakePart(StatePart Part, byte[] State);
