using Forewave.Broker.Delivery.Records;
using Forewave.Broker.Scheduling.Pending;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Transactions;

/// <summary>
/// The transactions' parts of a checkpoint: one with the bounds of all lanes, one for each ten thousand that ended last, then one for each thousand that are
/// open, all in one turn. Written where there are any. docs/state-format.md has the layout.
/// </summary>
internal sealed class TransactionParts(TransactionStage stage, IStore store)
{
    private const byte Version = 1;
    private const byte VersionWithRepeats = 2;
    private const int PerPart = 1_000;
    private const int EndsPerPart = 10_000;

    private readonly RecordWriter _state = new();

    /// <summary>Writes all parts.</summary>
    public async ValueTask WriteAsync(IStateWriter writer, CancellationToken cancellation) =>
        await stage.InTurnAsync(_ => ValueTask.FromResult(Write(writer)), cancellation);

    /// <summary>Reads a part that was written so.</summary>
    public static void Load(TransactionStage stage, in StatePart part, ReadOnlySpan<byte> state)
    {
        var reader = new RecordReader(state);
        byte version = reader.Version(part.Kind == StateKind.OpenTransactions ? VersionWithRepeats : Version);
        stage.Fold.LoadedDispatched = part.Dispatched;
        stage.Fold.LoadedTail = part.Tail;
        if (part.Kind == StateKind.Transactions)
            LoadEnds(stage, ref reader);
        else
            LoadOpen(stage, ref reader, version);
    }

    /// <summary>All parts are read: what is prepared is known in the order of its places.</summary>
    public static void Loaded(TransactionStage stage)
    {
        foreach (var run in stage.Open.All.SelectMany(transaction => transaction.Runs).OrderBy(run => run.Place))
            run.Lane.Add(run);
    }

    private bool Write(IStateWriter writer)
    {
        var tail = store.Tail;
        if (stage.Open.Lanes.Count == 0 && stage.Open.Count == 0 && stage.Finished.Count == 0)
            return false;
        _state.Clear();
        _state.Byte(Version);
        _state.UInt32((uint)stage.Open.Lanes.Count);
        foreach (var lane in stage.Open.Lanes.OrderBy(lane => lane.Number.Value))
        {
            _state.UInt32(lane.Number.Value);
            _state.Int64(lane.End);
        }
        WriteEnds([]);
        writer.Write(new StatePart(StateKind.Transactions, 0, stage.Dispatched, tail), _state.Written.Span);
        uint part = 1;
        foreach (var some in stage.Finished.All.Chunk(EndsPerPart))
        {
            _state.Clear();
            _state.Byte(Version);
            _state.UInt32(0);
            WriteEnds(some);
            writer.Write(new StatePart(StateKind.Transactions, part++, stage.Dispatched, tail), _state.Written.Span);
        }
        part = 0;
        foreach (var some in stage.Open.After(LogPosition.None).Chunk(PerPart))
            WriteOpen(writer, new StatePart(StateKind.OpenTransactions, part++, stage.Dispatched, tail), some);
        return true;
    }

    private void WriteEnds((LogPosition Id, FinishedTransaction End)[] ends)
    {
        string[] names = [.. ends.Select(one => one.End.ProducerName).Distinct(StringComparer.Ordinal)];
        var numbers = names.Index().ToDictionary(one => one.Item, one => (uint)one.Index, StringComparer.Ordinal);
        _state.UInt32((uint)names.Length);
        foreach (string name in names)
            _state.Text(name);
        _state.UInt32((uint)ends.Length);
        foreach (var (id, end) in ends)
        {
            _state.UInt64(id.Bits);
            _state.Byte((byte)end.Decision);
            _state.UInt32((uint)end.Messages);
            _state.UInt64(end.Position.Bits);
            _state.Int64(end.Ended.UnixMilliseconds);
            _state.UInt32(numbers[end.ProducerName]);
        }
    }

    private void WriteOpen(IStateWriter writer, in StatePart part, Transaction[] transactions)
    {
        bool anyRepeats = transactions.Any(transaction => transaction.Repeated > 0);
        _state.Clear();
        // What an earlier version reads is written as it reads it.
        _state.Byte(anyRepeats ? VersionWithRepeats : Version);
        _state.UInt32((uint)transactions.Length);
        foreach (var transaction in transactions)
        {
            _state.UInt64(transaction.Id.Bits);
            _state.UInt32(transaction.Producer);
            _state.Int64(transaction.Begun.UnixMilliseconds);
            new BegunRecord(transaction.Terms, transaction.ProducerName).Write(_state);
            _state.UInt32((uint)transaction.Messages);
            _state.Int64(transaction.Bytes);
            _state.UInt64(transaction.LastPrepared.Bits);
            _state.UInt32((uint)transaction.Runs.Count);
            foreach (var run in transaction.Runs)
                WriteRun(run);
            if (anyRepeats)
                WriteRepeats(transaction);
        }
        writer.Write(part, _state.Written.Span);
    }

    private void WriteRun(PreparedRun run)
    {
        _state.UInt32(run.Queue);
        _state.UInt32(run.First);
        _state.UInt32((uint)run.Count);
        _state.UInt64(run.Position.Bits);
        _state.UInt32(run.Lane.Number.Value);
        _state.Int64(run.Place);
    }

    private void WriteRepeats(Transaction transaction)
    {
        _state.UInt32((uint)transaction.Repeats.Count);
        foreach (var repeats in transaction.Repeats)
        {
            _state.UInt32(repeats.Queue);
            _state.UInt32(repeats.First);
            _state.UInt32((uint)repeats.Count);
            _state.UInt64(repeats.Original.Bits);
        }
    }

    private static void LoadEnds(TransactionStage stage, ref RecordReader reader)
    {
        int lanes = reader.Count();
        for (int i = 0; i < lanes; i++)
            ReadLane(stage, ref reader).End = reader.Int64();
        string[] names = new string[reader.Count()];
        for (int i = 0; i < names.Length; i++)
            names[i] = reader.Text();
        int ends = reader.Count();
        for (int i = 0; i < ends; i++)
        {
            var id = LogPosition.FromBits(reader.UInt64());
            stage.Finished.Add(id, ReadEnd(names, ref reader));
        }
    }

    private static FinishedTransaction ReadEnd(string[] names, ref RecordReader reader)
    {
        var decision = (TransactionDecision)reader.Byte();
        int messages = reader.Count();
        var position = LogPosition.FromBits(reader.UInt64());
        var ended = new Timestamp(reader.Int64());
        int name = reader.Count();
        return new FinishedTransaction
        {
            Decision = decision, Messages = messages, Position = position, Ended = ended,
            ProducerName = name < names.Length ? names[name] : throw new StoreException(ErrorCode.LogDamaged, $"the checkpoint has producer name {name} of {names.Length} in its ended transactions"),
        };
    }

    private static void LoadOpen(TransactionStage stage, ref RecordReader reader, byte version)
    {
        int count = reader.Count();
        for (int i = 0; i < count; i++)
        {
            var id = LogPosition.FromBits(reader.UInt64());
            uint producer = reader.UInt32();
            var begun = new Timestamp(reader.Int64());
            var record = BegunRecord.Read(ref reader);
            var transaction = new Transaction
            {
                Id = id, Producer = producer, ProducerName = record.ProducerName, Begun = begun, HeardOf = begun, Terms = record.Terms,
                Messages = reader.Count(), Bytes = reader.Int64(), LastPrepared = LogPosition.FromBits(reader.UInt64()),
            };
            int runs = reader.Count();
            for (int run = 0; run < runs; run++)
                transaction.Runs.Add(ReadRun(stage, ref reader));
            stage.Open.Add(transaction);
            int repeats = version >= VersionWithRepeats ? reader.Count() : 0;
            for (int repeat = 0; repeat < repeats; repeat++)
                stage.Open.Added(transaction, ReadRepeats(ref reader));
            foreach (var run in transaction.Runs)
                stage.Open.Names(transaction, run.Queue);
        }
    }

    private static PreparedRun ReadRun(TransactionStage stage, ref RecordReader reader)
    {
        uint queue = reader.UInt32();
        uint first = reader.UInt32();
        int count = reader.Count();
        var position = LogPosition.FromBits(reader.UInt64());
        var lane = ReadLane(stage, ref reader);
        return new PreparedRun { Queue = queue, First = first, Count = count, Position = position, Lane = lane, Place = reader.Int64() };
    }

    private static PreparedRepeats ReadRepeats(ref RecordReader reader) => new()
    {
        Queue = reader.UInt32(), First = reader.UInt32(), Count = reader.Count(), Original = LogPosition.FromBits(reader.UInt64()),
    };

    private static PreparedLane ReadLane(TransactionStage stage, ref RecordReader reader)
    {
        uint number = reader.UInt32();
        if (!LaneNumber.TryReadPrepared(number, out var lane))
            throw new StoreException(ErrorCode.LogDamaged, $"the checkpoint has lane {number:x8} of prepared messages, which is none");
        return stage.Open.Lane(lane);
    }
}
