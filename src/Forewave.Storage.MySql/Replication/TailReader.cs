using Forewave.Protocol;
using Forewave.Storage.MySql.Checkpoints;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Log;
using Forewave.Storage.MySql.Rows;
using Forewave.Storage.MySql.Schema;

namespace Forewave.Storage.MySql.Replication;

/// <summary>
/// Reads what of a former master's log its new master has not. For the thread of the connection; changes nothing. It reads the log as far
/// as it is there, and the checkpoint that holds.
/// </summary>
internal sealed class TailReader
{
    private readonly SchemaNames _names;
    private readonly Fences _fences;
    private readonly Dictionary<uint, string> _queues = [];
    private readonly Dictionary<uint, ReadOnlyMemory<byte>> _producers = [];
    private readonly List<ReadOnlyMemory<byte>> _parts = [];
    private readonly List<TailMessage> _messages = [];
    private long _others;

    public TailReader(MySqlStoreOptions store)
    {
        _names = store.Names;
        _fences = new Fences(store.Names, store.Partition);
    }

    /// <summary>Reads it.</summary>
    /// <param name="connection">To the own database, with the store's account.</param>
    /// <param name="ahead">GTIDs that the master has not.</param>
    /// <param name="common">The last position that both have.</param>
    /// <exception cref="Connections.DatabaseException">The connection is lost.</exception>
    /// <exception cref="StoreException">LogDamaged.</exception>
    public DatabaseTail Read(Connection connection, GtidList ahead, LogPosition common)
    {
        connection.Begin();
        ulong checkpoint = _fences.Look(connection, FenceRole.State).Position;
        connection.Rollback();
        if (checkpoint != 0)
        {
            new StateTable(_names, _fences).Read(connection, checkpoint, Note);
        }

        new LogTable(_names).Read(connection, LogPosition.None, (in RecordHeader header, ReadOnlySpan<byte> payload) => Note(header, payload, common));
        return new DatabaseTail
        {
            Ahead = $"{ahead}", Common = common, Messages = _messages, OtherRecords = _others, ProducersSeen = _producers, ProducerParts = _parts,
        };
    }

    private void Note(in StatePart part, ReadOnlySpan<byte> state)
    {
        if (part.Kind == StateKind.StoreQueue)
        {
            _queues[part.Id] = System.Text.Encoding.UTF8.GetString(state);
        }
        else if (part.Kind == StateKind.Producers)
        {
            _parts.Add(state.ToArray());
        }
    }

    private void Note(in RecordHeader header, ReadOnlySpan<byte> payload, LogPosition common)
    {
        if (header.Type == RecordType.ProducerSeen)
        {
            _producers[header.Source] = payload.ToArray();
        }
        else if (header.Type == RecordType.QueueChanged && QueueNaming.TryRead(payload, out QueueName name))
        {
            _queues[header.Queue] = name.Value;
        }

        if (header.Position.Bits <= common.Bits)
        {
            return;
        }

        if (header.Type is RecordType.Published or RecordType.Scheduled)
        {
            Take(header, payload);
        }
        else
        {
            _others++;
        }
    }

    private void Take(in RecordHeader header, ReadOnlySpan<byte> run)
    {
        uint queue = header.Queue & QueueMask;
        for (int i = 0; i < header.Count; i++)
        {
            _messages.Add(new TailMessage
            {
                Position = header.Position.Plus((ulong)i),
                Queue = header.Type == RecordType.Scheduled ? "" : _queues.GetValueOrDefault(queue, $"#{queue}"),
                Producer = header.Source,
                Sequence = header.Sequence + (ulong)i,
                PublishTime = DateTimeOffset.FromUnixTimeMilliseconds(header.Time.UnixMilliseconds),
                IsScheduled = header.Type == RecordType.Scheduled,
                Content = RunMessages.Take(ref run).ToArray(),
            });
        }
    }

    // The upper bits are the band of priority.
    private const uint QueueMask = 0x0FFF_FFFF;
}
