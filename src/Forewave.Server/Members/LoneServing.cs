using Forewave.Broker;
using Forewave.Coordination.Members;
using Forewave.Server.Listeners;
using Forewave.Server.Metrics;

namespace Forewave.Server.Members;

/// <summary>A partition that is served without a slave: nobody's receipt is ever waited for, and nobody takes it over.</summary>
/// <param name="engine">Serves; owned from now on.</param>
/// <param name="door">Closed at the end.</param>
/// <param name="meters">The engine's; owned from now on.</param>
internal sealed class LoneServing(BrokerEngine engine, PartitionDoor door, BrokerMeters meters) : IServing
{
    private int _isDisposed;

    /// <inheritdoc/>
    public CancellationToken Ended => engine.Failed;

    /// <inheritdoc/>
    public void Need(string run) => throw new InvalidOperationException("a partition without a slave waits for nobody");

    /// <inheritdoc/>
    public void GoAlone()
    {
        // It is alone.
    }

    /// <inheritdoc/>
    public SlaveProgress Progress(string run) => new(IsClose: false, TimeSpan.Zero, HasAll: false);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        door.Close();
        await engine.DisposeAsync();
        meters.Dispose();
    }
}
