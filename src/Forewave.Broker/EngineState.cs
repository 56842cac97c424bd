using Forewave.Broker.Deduplication;
using Forewave.Broker.Delivery;
using Forewave.Broker.Delivery.Priorities;
using Forewave.Broker.Ingest;
using Forewave.Broker.Queues;
using Forewave.Broker.Scheduling;
using Forewave.Broker.Scheduling.Pending;
using Forewave.Broker.Search.Keys;
using Forewave.Broker.Sessions;
using Forewave.Broker.Settings;
using Forewave.Broker.Transactions;
using Forewave.Broker.Users;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker;

/// <summary>
/// The whole state of the engine as the store sees it: what recovery folds records into, and what checkpoints are made of.
/// Hands each part and each record to its owner.
/// </summary>
internal sealed class EngineState : IStateFold, IStateSource
{
    private static readonly bool[] IsKnown = [.. Enumerable.Range(0, 256).Select(static number => Enum.IsDefined((RecordType)number))];
    private readonly IStore _store;
    private readonly QueueCatalogue _queues;
    private readonly DeliveryLoops _delivery;
    private readonly Scheduler _scheduling;
    private readonly TransactionStage _transactions;
    private readonly ProducerState _producers;
    private readonly IdParts _ids;
    private readonly KeyParts _keys;
    private readonly UserDirectory _users;
    private readonly SettingDirectory _settings;
    private LogPosition _catalogueFrom;

    public EngineState(IStore store, SessionParts parts)
    {
        _store = store;
        _queues = parts.Queues;
        _delivery = parts.Delivery;
        _scheduling = parts.Scheduling;
        _transactions = parts.Transactions;
        _ids = parts.Deduplication.Parts;
        _keys = parts.Search.Keys.Parts;
        _users = parts.Users;
        _settings = parts.Settings;
        _producers = new ProducerState(parts.Producers);
    }

    /// <inheritdoc/>
    public void Load(in StatePart part, ReadOnlySpan<byte> state)
    {
        switch (part.Kind)
        {
            case StateKind.Catalogue:
                _queues.Load(state);
                _catalogueFrom = part.Dispatched;
                break;
            case StateKind.Producers:
                _producers.Load(state);
                break;
            case StateKind.Queue:
            case StateKind.Group:
                _delivery.Load(part, state);
                break;
            case StateKind.Schedule:
            case StateKind.ScheduleBlock:
                ScheduleParts.Load(_scheduling, part, state);
                break;
            case StateKind.Transactions:
            case StateKind.OpenTransactions:
                TransactionParts.Load(_transactions, part, state);
                break;
            case StateKind.Deduplication:
                _ids.Load(part, state);
                break;
            case StateKind.Keys:
                _keys.Load(state);
                break;
            case StateKind.Users:
                _users.Load(state);
                break;
            case StateKind.Settings:
                _settings.Load(state);
                break;
            default:
                throw new StoreException(
                    ErrorCode.FormatTooNew, $"the checkpoint has a part of kind {(int)part.Kind}; start the newer version that wrote it");
        }
    }

    /// <inheritdoc/>
    public void Loaded()
    {
        TransactionParts.Loaded(_transactions);
        _ids.Loaded();
        _keys.Loaded();
    }

    /// <inheritdoc/>
    public void Apply(in CommittedRecord record, ReadOnlySpan<byte> payload)
    {
        // What is not understood may say who is not to be let in any more: nothing is passed over.
        if (!IsKnown[(byte)record.Header.Type])
        {
            throw new StoreException(
                ErrorCode.FormatTooNew, $"the log has a record of type {(int)record.Header.Type}; start the newer version that wrote it");
        }
        switch (record.Header.Type)
        {
            case RecordType.QueueChanged:
                if (record.Header.Position > _catalogueFrom)
                    _queues.Apply(record.Header, payload);
                break;
            case RecordType.UserChanged:
                _users.Apply(payload);
                break;
            case RecordType.SettingChanged:
                _settings.Apply(payload);
                break;
            case RecordType.ProducerSeen:
            case RecordType.Repeated:
                _producers.Apply(record.Header, payload);
                break;
            case RecordType.Published:
                _producers.Apply(record.Header, payload);
                _ids.Apply(record.Header, PriorityBand.QueueOf(record.Header.Queue), payload);
                break;
            case RecordType.Scheduled:
                _producers.Apply(record.Header, payload);
                _ids.Apply(record.Header, DueStamp.Read(record.Header).Queue, payload);
                break;
            case RecordType.Prepared:
                _ids.Prepared(record.Header, PreparedStamp.Read(record.Header).Queue, payload);
                break;
            case RecordType.Decided:
                var decided = DecidedRecord.Read(record.Header);
                _ids.Decided(record.Header, decided.Transaction, decided.Decision == TransactionDecision.Commit);
                break;
            default:
                break;
        }
        _delivery.Apply(record, payload);
        _scheduling.Fold.Apply(record, payload);
        _transactions.Fold.Apply(record, payload);
    }

    /// <inheritdoc/>
    public void Damaged(LogPosition first, LogPosition last)
    {
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(IStateWriter writer, CancellationToken cancellation)
    {
        _queues.Write(writer);
        _users.Write(writer);
        _settings.Write(writer);
        _producers.Write(writer, _store);
        _ids.Write(writer);
        await _delivery.WriteAsync(writer, cancellation);
        // After the queues: what they have given offsets is in it then.
        _keys.Write(writer);
        await new TransactionParts(_transactions, _store).WriteAsync(writer, cancellation);
        await new ScheduleParts(_scheduling, _store).WriteAsync(writer, cancellation);
    }
}
