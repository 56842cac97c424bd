namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>A message by its producer and sequence: what makes it one message, however often it is sent.</summary>
internal readonly record struct MessageKey(int Producer, ulong Sequence)
{
    public override string ToString() => $"{Producer}:{Sequence}";
}
