using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Log;

namespace Forewave.Storage.MySql.Checkpoints;

/// <summary>
/// Writes the parts of one checkpoint in transactions of some megabytes, on the thread of its database; who adds parts does not
/// wait for them. Adding is thread-safe; <see cref="FlushAsync"/> comes after the last part.
/// </summary>
internal sealed class CheckpointWriter(DatabaseThread thread, StateTable table, ulong checkpoint, FencePlace before) : IStateWriter
{
    private const long MostBytes = 4 << 20;

    private readonly Lock _lock = new();
    private readonly List<Task> _writing = [];
    private ParameterRows _rows = StateTable.NewRows();
    private int _row;

    /// <inheritdoc/>
    public void Write(in StatePart part, ReadOnlySpan<byte> state)
    {
        lock (_lock)
        {
            _row = StateTable.Add(_rows, new CheckpointPlace(checkpoint, _row), part, state);
            if (_rows.PacketBytes >= MostBytes)
            {
                Send();
            }
        }
    }

    /// <summary>Completes when all parts are written; the checkpoint does not hold yet.</summary>
    /// <exception cref="DatabaseException">They could not be.</exception>
    public Task FlushAsync()
    {
        lock (_lock)
        {
            Send();
            return Task.WhenAll(_writing);
        }
    }

    private void Send()
    {
        ParameterRows rows = _rows;
        _rows = StateTable.NewRows();
        _writing.Add(thread.RunAsync(
            connection =>
            {
                table.Write(connection, rows, before);
                return true;
            },
            Repetition.Forbidden,
            CancellationToken.None));
    }
}
