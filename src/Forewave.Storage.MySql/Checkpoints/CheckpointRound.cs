using Forewave.Protocol;
using Forewave.Storage.Commits;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Indexes;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Log;

namespace Forewave.Storage.MySql.Checkpoints;

/// <summary>
/// Takes checkpoints, one at a time: the engine's parts, then the indexes (never behind them), then, when the log is committed up
/// to all of it, one row of MQ_FENCE that says which checkpoint holds.
/// <para>
/// Whatever fails, the checkpoint before stays in force; it is a failure that passes, unless another broker has the partition. A
/// last COMMIT without an answer is looked up. Cancelling takes none.
/// </para>
/// </summary>
internal sealed class CheckpointRound : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);
    private readonly CancellationTokenSource _closing = new();
    private readonly DatabaseThread _thread;
    private readonly StateTable _table;
    private readonly CheckpointHooks _hooks;
    private readonly FenceGuard _guard;
    private readonly Epoch _epoch;
    private ulong _holds;
    private long _taken;

    public CheckpointRound(ConnectionOptions options, StateTable table, FencePlace start, CheckpointHooks hooks)
    {
        _guard = hooks.Guard;
        _thread = new DatabaseThread("forewave-state", options, maxWaiting: 4_096);
        _table = table;
        _hooks = hooks;
        (_epoch, _holds) = (start.Epoch, start.Position);
    }

    /// <summary>Checkpoints taken.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>See <see cref="IStore.CheckpointAsync"/>.</summary>
    public async Task TakeAsync(IStateSource source, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closing.Token);
        await _one.WaitAsync(cancellation);
        try
        {
            either.Token.ThrowIfCancellationRequested();
            await TakeOneAsync(source, either.Token);
            Interlocked.Increment(ref _taken);
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            throw StoreFailures.Closing();
        }
        catch (DatabaseException failure)
        {
            throw StoreFailures.OfWaiting(failure);
        }
        catch (StoreException overtaken) when (overtaken.Error == ErrorCode.NotOwner)
        {
            _hooks.Fail(overtaken);
            throw;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Cancels the one that is being taken and waits for its end; later ones are refused.</summary>
    public async Task CloseAsync()
    {
        await _closing.CancelAsync();
        await _one.WaitAsync(CancellationToken.None);
        _one.Release();
    }

    public void Dispose()
    {
        _thread.Dispose();
        _closing.Dispose();
        _one.Dispose();
    }

    private async Task TakeOneAsync(IStateSource source, CancellationToken cancellation)
    {
        // A last one without an answer may hold: then its half must stay as it is.
        _holds = await RunAsync(connection => _table.Holds(connection, _epoch), Repetition.Allowed);
        ulong checkpoint = _holds + 1;
        await RunAsync(connection => Empty(connection, checkpoint), Repetition.Allowed);

        _hooks.Pace.Begins();
        var writer = new CheckpointWriter(_thread, _table, checkpoint, new FencePlace(_epoch, _holds));
        PartPositions positions = new(writer, _hooks.Commits.Committed);
        await source.WriteAsync(positions, cancellation);
        Action durable = _hooks.Indexes.WriteTo(writer);
        writer.Write(new StatePart(StateKind.StoreReplay, 0, positions.Covered, positions.Covered), []);
        await writer.FlushAsync();

        CommitTask committed = new();
        if (_hooks.Commits.TryAdd(new OwnedRecord(committed, positions.Tail, 0)))
        {
            await committed.Task.WaitAsync(cancellation);
        }

        await FinishAsync(checkpoint);
        durable();
        _hooks.Replayable(positions.Covered);
    }

    private async Task FinishAsync(ulong checkpoint)
    {
        try
        {
            await RunAsync(
                connection =>
                {
                    _table.Write(connection, StateTable.NewRows(), new FencePlace(_epoch, checkpoint));
                    return true;
                },
                Repetition.Forbidden);
        }
        catch (DatabaseException unknown) when (unknown.EndsConnection || unknown.Failure == DatabaseFailure.QueryKilled)
        {
            if (await RunAsync(connection => _table.Holds(connection, _epoch), Repetition.Allowed) != checkpoint)
            {
                throw;
            }
        }
    }

    private bool Empty(Connection connection, ulong checkpoint) => _guard.Run(() =>
    {
        _table.Empty(connection, checkpoint);
        return true;
    });

    private Task<T> RunAsync<T>(Func<Connection, T> work, Repetition repetition) => _thread.RunAsync(work, repetition, CancellationToken.None);
}
