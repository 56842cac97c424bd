using Forewave.Broker;
using Forewave.Coordination.Members;
using Forewave.Server.Listeners;
using Forewave.Server.Metrics;
using Forewave.Storage.MySql.Replication;

namespace Forewave.Server.Members;

/// <summary>
/// The partition while this broker is its master: an engine, and the proof that its answers wait for. It gives up when its database does
/// not answer and there is a slave that may take over. Disposing forbids every answer first; then nothing that it does can be answered.
/// </summary>
internal sealed class MemberServing : IServing
{
    // A slave is not judged by what a database that is silent had written.
    private static readonly TimeSpan OwnHush = TimeSpan.FromMilliseconds(500);

    private readonly BrokerEngine _engine;
    private readonly GroupMaster _master;
    private readonly PartitionDoor _door;
    private readonly BrokerMeters _meters;
    private readonly TimeSpan _patience;
    private readonly HandOutLease _lease;
    private readonly CancellationTokenSource _ended;
    private volatile bool _needs;
    private int _isDisposed;

    /// <param name="engine">Serves; owned from now on.</param>
    /// <param name="master">The proof; owned from now on.</param>
    /// <param name="door">Closed at the end.</param>
    /// <param name="meters">The engine's; owned from now on.</param>
    /// <param name="bounds">
    /// So long the own database may be silent before the slave, if one is in sync, is given the chance; and until when messages are handed out.
    /// </param>
    public MemberServing(BrokerEngine engine, GroupMaster master, PartitionDoor door, BrokerMeters meters, (TimeSpan Patience, HandOutTerms HandOut) bounds)
    {
        _patience = bounds.Patience;
        _lease = new HandOutLease(engine, master, bounds.HandOut);
        (_engine, _master, _door, _meters) = (engine, master, door, meters);
        _ended = CancellationTokenSource.CreateLinkedTokenSource(engine.Failed);
        Ended = _ended.Token;
    }

    /// <inheritdoc/>
    public CancellationToken Ended { get; }

    /// <inheritdoc/>
    public void Need(string run)
    {
        _needs = true;
        _lease.Need(isNeeded: true);
        _master.Need();
    }

    /// <inheritdoc/>
    public void GoAlone()
    {
        _needs = false;
        _master.GoAlone();
        _lease.Need(isNeeded: false);
    }

    /// <inheritdoc/>
    public SlaveProgress Progress(string run)
    {
        TimeSpan own = _master.OwnSilence;
        if (_needs && own >= _patience)
            _ended.Cancel();
        return own >= OwnHush
            ? new SlaveProgress(IsClose: false, TimeSpan.Zero, HasAll: false)
            : new SlaveProgress(_master.SlaveIsClose, _master.SlaveSilence, _master.SlaveHasAll);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        _door.Close();
        _master.Forbid();
        await _lease.DisposeAsync();
        await _engine.DisposeAsync();
        await Task.Run(_master.Dispose);
        _meters.Dispose();
        _ended.Dispose();
    }
}
