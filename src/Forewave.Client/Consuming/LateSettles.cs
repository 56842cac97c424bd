using Forewave.Client.Producing;
using Forewave.Protocol;

namespace Forewave.Client.Consuming;

/// <summary>Waiters whose answer did not come in time.</summary>
internal sealed record LateSettles(List<PendingSettle> Waiters, ForewaveException Error) : ICompletion
{
    public void Run() => Waiters.ForEach(waiter => waiter.Release(Error));
}
