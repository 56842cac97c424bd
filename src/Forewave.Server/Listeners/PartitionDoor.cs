using System.IO.Pipelines;
using Forewave.Broker;
using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Protocol.Routes;
using Forewave.Protocol.V1;

namespace Forewave.Server.Listeners;

/// <summary>
/// Where connections find the engine that serves the partition: always the same one for a broker that is alone, none while another
/// broker of the group is master. Thread-safe.
/// </summary>
/// <param name="why">Says, while it is closed, where to go instead.</param>
/// <param name="time">The clock of those who are refused.</param>
internal sealed class PartitionDoor(Func<string> why, TimeProvider time)
{
    private volatile BrokerEngine? _engine;

    /// <summary>Behind it; null: closed.</summary>
    public BrokerEngine? Engine => _engine;

    /// <summary>Why the partition stopped; null while it works, or is served elsewhere.</summary>
    public Exception? Failure => _engine?.Failure;

    /// <summary>Connections from now on go to this engine.</summary>
    public void Open(BrokerEngine engine) => _engine = engine;

    /// <summary>Connections from now on are refused.</summary>
    public void Close() => _engine = null;

    /// <summary>Nothing is served here at present: NotOwner.</summary>
    public ForewaveException Refusal() => new(ErrorCode.NotOwner, why());

    /// <summary>Where the partitions of the cluster are served, for those who are refused. Set once, before the first connection.</summary>
    public Func<RouteTable> Routes { get; set; } = static () => RouteTable.Empty;

    /// <summary>Completes when the routes are others than those of a version. Set once, with them.</summary>
    public Func<ulong, CancellationToken, Task> ChangedAsync { get; set; } = static (_, _) => Task.CompletedTask;

    /// <summary>Serves a connection until it ends, or refuses it; the pipe is completed then.</summary>
    public Task<SessionEnd> RunSessionAsync(IDuplexPipe pipe, SessionOrigin origin, CancellationToken cancellation) => _engine is { } engine
        ? engine.RunSessionAsync(pipe, origin, cancellation)
        : RefusedConnection.RunAsync(pipe, new Refusal { Why = WireRefusal, LaterAsync = LaterAsync }, time, cancellation);

    private async Task LaterAsync(PartitionNumber partition, ulong epoch, CancellationToken end)
    {
        for (var table = Routes(); !table.IsEmpty && !(table.Find(partition) is { Address.Length: > 0 } route && route.Epoch.Value > epoch); table = Routes())
            await ChangedAsync(table.Version, end);
    }

    private Error WireRefusal()
    {
        Error error = ErrorFrame.Of(ErrorCode.NotOwner, why() + ".");
        RouteTable routes = Routes();
        error.Routes = routes.IsEmpty ? null : routes.ToWire();
        return error;
    }
}
