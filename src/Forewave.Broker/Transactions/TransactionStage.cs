using Forewave.Broker.Ingest;
using Forewave.Broker.Observability;
using Forewave.Broker.Scheduling;
using Forewave.Broker.Scheduling.Pending;
using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Storage;
using Microsoft.Extensions.Logging;

namespace Forewave.Broker.Transactions;

/// <summary>
/// Keeps what transactions prepared until they are decided, and brings it out or drops it then. Its state belongs to whoever has its turn:
/// a command, the loop, a checkpoint, one after the other; the commit thread only hands records over. Life: recovery
/// (<see cref="TransactionFold.Apply"/> on one thread), <see cref="Begin"/>, then the rest.
/// What is refused changes nothing. Cancelling interrupts waiting and reading; nothing that was appended is forgotten.
/// </summary>
internal sealed class TransactionStage : IDisposable
{
    // What a record costs an append beside its messages: the header and the head of a scheduled copy.
    private const int RecordBytes = 64 + LaneRun.RescheduledHeadBytes;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly IStore _store;
    private readonly TimeProvider _time;
    private readonly CommitDrafts _drafts;
    private readonly PreparedExpiry _expiry;
    private readonly TransactionMetrics _metrics;
    private readonly PrepareResend _resend;
    private List<CommittedRecord> _committed = [];

    /// <summary>Puts it together; nothing runs yet.</summary>
    /// <param name="store">The store.</param>
    /// <param name="time">The clock.</param>
    /// <param name="metrics">Where it counts.</param>
    /// <param name="logger">Where it tells operators.</param>
    /// <param name="lifeOf"><see cref="QueueLife"/> of a queue by its number; null: it was deleted.</param>
    public TransactionStage(IStore store, TimeProvider time, BrokerMetrics metrics, ILogger logger, Func<uint, ulong?> lifeOf)
    {
        _store = store;
        _time = time;
        _drafts = new CommitDrafts(lifeOf);
        _expiry = new PreparedExpiry(store, Open);
        _resend = new PrepareResend(store);
        _metrics = new TransactionMetrics(metrics.Meter);
        Fold = new TransactionFold(store, Open, Finished);
        Watch = new TransactionWatch(this, _metrics, logger);
        Administration = new TransactionAdministration(this, store);
        TransactionMetrics.AddGauges(metrics, Open, time);
    }

    /// <summary>Refuses what is not taken at the moment.</summary>
    public required PublishGate Gate { get; init; }

    /// <summary>The deduplication ids of what is prepared.</summary>
    public required PreparedIds Ids { get; init; }

    /// <summary>What is not decided; the counts are for any thread, the rest for whoever has the turn.</summary>
    public OpenTransactions Open { get; } = new();

    /// <summary>What ended last. For whoever has the turn.</summary>
    public FinishedTransactions Finished { get; } = new();

    /// <summary>What records do to the state; for recovery.</summary>
    public TransactionFold Fold { get; }

    /// <summary>What the commit thread hands over to.</summary>
    public CommitIntake Intake { get; } = new(static type => type == RecordType.Prepared);

    /// <summary>Who can be asked. Thread-safe.</summary>
    public CheckBackProducers Producers { get; } = new();

    /// <summary>Asks them.</summary>
    public TransactionWatch Watch { get; }

    /// <summary>Looking at transactions.</summary>
    public TransactionAdministration Administration { get; }

    /// <summary>Prepared records up to here are in the state.</summary>
    public LogPosition Dispatched { get; private set; }

    /// <summary>The clock as records have it.</summary>
    public Timestamp Now => Timestamp.From(_time.GetUtcNow());

    /// <summary>Recovery is over: whoever is alive has as long as before to be heard of.</summary>
    public void Begin(LogPosition committed)
    {
        // From here on everything that is committed is new.
        Fold.LoadedDispatched = LogPosition.None;
        Fold.LoadedTail = LogPosition.None;
        Dispatched = committed;
        Intake.Begin(committed);
        foreach (var transaction in Open.All)
            Watch.Add(transaction, Now);
    }

    /// <summary>Does something with the state, when it is free; what was committed before is in it.</summary>
    public async ValueTask<T> InTurnAsync<T>(Func<CancellationToken, ValueTask<T>> body, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            DispatchCommitted();
            return await body(cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Begins a transaction; returns its id. It is durable with the first messages that it gets.</summary>
    /// <exception cref="RefusedException">CheckBackMissing, TooManyTransactions, and what the store refuses.</exception>
    public ValueTask<LogPosition> BeginAsync(Producer producer, CheckBackProducer? asked, CancellationToken cancellation)
    {
        if (asked is null)
            throw new RefusedException(ErrorCode.CheckBackMissing);
        return InTurnAsync(token => BeginInTurnAsync(producer.Number, new BegunRecord(asked.Terms, asked.Name), token), cancellation);
    }

    /// <summary>Adds messages to a transaction; the request's answer is told when they are on stable storage.</summary>
    /// <exception cref="RefusedException">TransactionNotFound, TransactionDecided, TransactionTooLarge, TooManyTransactions, SequenceGap, FieldInvalid, DeduplicationIdHeld, TooManyDeduplicationIds, what switches, quotas and load refuse, and what the store refuses.</exception>
    /// <exception cref="StoreException">The store stopped while it was waited for.</exception>
    public ValueTask<bool> PrepareAsync(PrepareRequest request, CancellationToken cancellation) =>
        UntilEndHoldsAsync(InTurnAsync(token => PrepareInTurnAsync(request, token), cancellation));

    /// <summary>Ends a transaction; the owner is told when that is on stable storage.</summary>
    /// <param name="choice">Which, how, and who says so.</param>
    /// <param name="owner">Who waits.</param>
    /// <param name="cancellation">Ends waiting and reading.</param>
    /// <exception cref="RefusedException">TransactionNotFound, TransactionDecided, LogDamaged, and what the store refuses.</exception>
    /// <exception cref="StoreException">The store stopped while it was waited for.</exception>
    public ValueTask<bool> DecideAsync(DecisionChoice choice, IDecisionOwner owner, CancellationToken cancellation) =>
        UntilEndHoldsAsync(InTurnAsync(token => DecideInTurnAsync(choice, owner, token), cancellation));

    /// <summary>In a turn: a transaction without messages is forgotten. Nobody waits for it.</summary>
    public async ValueTask DropEmptyAsync(Transaction transaction, CancellationToken cancellation)
    {
        var record = new DecidedRecord(transaction.Id, TransactionDecision.RollBack, 0);
        var position = await _store.AppendAsync(record.Draft(transaction.Producer, null) with { IsLazy = true }, cancellation);
        Watch.Remove(transaction);
        Fold.Decided(record, position, Now);
        _metrics.Decided(TransactionDecision.RollBack);
    }

    /// <summary>In a turn: frees lanes that are over.</summary>
    public void DropOver() => _expiry.DropOver(Now, Dispatched);

    /// <summary>In a turn: the transaction with an id that a producer of this name may go on with.</summary>
    /// <exception cref="RefusedException">TransactionNotFound, TransactionDecided.</exception>
    public Transaction OpenOf(LogPosition id, string? producerName)
    {
        if (Open.Find(id) is { } transaction && (producerName is null || transaction.ProducerName == producerName))
            return transaction;
        throw Finished.TryFind(id, out var end) && (producerName is null || producerName == end.ProducerName)
            ? new RefusedException(ErrorCode.TransactionDecided, $"transaction {id} was {WordOf(end.Decision)}.")
            : new RefusedException(ErrorCode.TransactionNotFound, $"no transaction {id} of this producer is open.");
    }

    /// <summary>In a turn: completes when all messages of a transaction have their places. Cannot be cancelled: what is dispatched after the wait belongs to the turn.</summary>
    public async ValueTask UntilPlacedAsync(Transaction transaction)
    {
        if (transaction.LastPrepared <= Dispatched)
            return;
        await Intake.UntilAsync(transaction.LastPrepared);
        DispatchCommitted();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Watch.Dispose();
        Intake.Dispose();
        _turn.Dispose();
    }

    /// <summary>A refusal that tells how a transaction ended is told when that is on stable storage: a power failure could take it back, and another end come.</summary>
    private async ValueTask<bool> UntilEndHoldsAsync(ValueTask<bool> request)
    {
        try
        {
            return await request;
        }
        catch (RefusedException refused) when (refused.Code == ErrorCode.TransactionDecided)
        {
            await _store.CommittedAsync();
            throw;
        }
    }

    private async ValueTask<LogPosition> BeginInTurnAsync(uint producer, BegunRecord record, CancellationToken cancellation)
    {
        if (Open.Count >= Limits.OpenTransactions)
            throw new RefusedException(ErrorCode.TooManyTransactions);
        var now = Now;
        var id = await _store.AppendAsync(record.Draft(producer), cancellation);
        var header = new RecordHeader { Type = RecordType.TransactionBegun, Position = id, Count = 1, Time = now, Source = producer };
        Watch.Add(Fold.Begun(header, record), now);
        _metrics.Begun();
        return id;
    }

    private async ValueTask<bool> PrepareInTurnAsync(PrepareRequest request, CancellationToken cancellation)
    {
        var transaction = OpenOf(request.Transaction, NameOf(request.Producer));
        CheckRights(transaction, request.MayPublish);
        // Whoever is refused tries again, or rolls back: in both cases he is alive.
        Watch.Heard(transaction, Now);
        ulong next = (ulong)transaction.LastNumber + 1;
        if (request.First > next)
            throw new RefusedException(ErrorCode.SequenceGap, $"message {next} of transaction {transaction.Id} is the next one, {request.First} came.");
        if (request.First < next)
            return await RepeatAsync(transaction, request, next, cancellation);
        CheckRoom(transaction, request);
        var first = await Ids.PrepareAsync(request, () => DraftsOf(request), cancellation);
        Prepared(transaction, request, first);
        return true;
    }

    private void Prepared(Transaction transaction, PrepareRequest request, LogPosition first)
    {
        var last = first.Plus((ulong)request.Messages - 1);
        int messages = 0;
        foreach (var batch in request.Batches)
        {
            var (count, bytes) = PrepareDrafts.NewIn(batch, request.Claims);
            if (count == 0)
                continue;
            Fold.Prepared(transaction, last, count, bytes);
            Open.Names(transaction, batch.Queue!.Id);
            messages += count;
        }
        foreach (var repeats in PrepareDrafts.RepeatsOf(request, first))
            Fold.Repeated(transaction, repeats, last);
        _metrics.Prepared(messages);
    }

    // Its batches are decided: which messages are new, and which are not.
    private RecordDraft[] DraftsOf(PrepareRequest request)
    {
        CheckGate(request);
        request.Answer.Expect(request);
        return PrepareDrafts.Of(request, LaneNumber.OfPrepared(Now));
    }

    // Asked for what is new alone, once, and not at the commit: what was prepared is promised.
    private void CheckGate(PrepareRequest request)
    {
        if (request.IsAdmitted)
            return;
        PendingBatch[] batches = [.. request.Batches.Where(batch => batch.RepeatCount < batch.Count)];
        if (!Gate.AdmitsAll(batches, request.Quota))
        {
            var refused = batches.First(batch => batch.Error != ErrorCode.None);
            throw new RefusedException(refused.Error, refused.Detail) { RetryAfter = refused.RetryAfter > TimeSpan.Zero ? refused.RetryAfter : null };
        }
        request.IsAdmitted = true;
    }

    private void CheckRoom(Transaction transaction, PrepareRequest request)
    {
        int messages = request.Messages;
        long bytes = request.Bytes;
        if (transaction.LastNumber + messages > Limits.TransactionMessages)
            throw new RefusedException(ErrorCode.TransactionTooLarge, $"transaction {transaction.Id} has {transaction.LastNumber} messages, {messages} more are too many.");
        // All of it has to fit into one append at the commit, each message as a record in the worst case.
        long room = Math.Min(Limits.TransactionBytes, _store.MaxAppendBytes - RecordBytes * (transaction.LastNumber + messages + 1L));
        if (transaction.Bytes + bytes > room)
            throw new RefusedException(ErrorCode.TransactionTooLarge, $"transaction {transaction.Id} has {transaction.Bytes} bytes, {bytes} more are too many.");
        long all = Open.Messages + Open.Repeated;
        if (all + messages > Limits.PreparedMessages)
            throw new RefusedException(ErrorCode.TooManyTransactions, $"open transactions have {all} messages; until some are decided no more are prepared.");
        if (request.Claims.Count > 0 && Ids.HeldCount + request.Claims.Count > Limits.HeldDeduplicationIds)
            throw new RefusedException(ErrorCode.TooManyTransactions, $"messages of open transactions have {Ids.HeldCount} deduplication ids; until some are decided no more are prepared.");
    }

    /// <summary>They came before, over a connection that was lost: the answer is the first one's.</summary>
    private async ValueTask<bool> RepeatAsync(Transaction transaction, PrepareRequest request, ulong next, CancellationToken cancellation)
    {
        if (request.First + (ulong)request.Messages > next)
            throw new RefusedException(ErrorCode.FieldInvalid, $"messages {request.First} to {next - 1} of transaction {transaction.Id} were prepared before, those after them were not.");
        await UntilPlacedAsync(transaction);
        var positions = await _resend.FindAsync(transaction, request, cancellation);
        request.Answer.Repeated(positions);
        return true;
    }

    private async ValueTask<bool> DecideInTurnAsync(DecisionChoice choice, IDecisionOwner owner, CancellationToken cancellation)
    {
        if (Finished.TryFind(choice.Transaction, out var end) && (choice.ProducerName is null || choice.ProducerName == end.ProducerName))
        {
            Repeat(choice, end, owner);
            return true;
        }
        var transaction = OpenOf(choice.Transaction, choice.ProducerName);
        CheckRights(transaction, choice.MayPublish);
        owner.Messages = transaction.Messages;
        var record = new DecidedRecord(transaction.Id, choice.Decision, transaction.Messages);
        LogPosition position;
        try
        {
            position = choice.Decision == TransactionDecision.Commit
                ? await CommitAsync(transaction, record, owner, cancellation)
                : await Ids.DecideAsync(record, [record.Draft(transaction.Producer, owner)], cancellation);
        }
        catch (RefusedException refusal)
        {
            // What rotted does not become whole by being asked about.
            if (refusal.Code == ErrorCode.LogDamaged)
                Watch.CannotCommit(transaction);
            else
                Watch.NotTaken(transaction, Now);
            throw;
        }
        var lanes = transaction.Runs.Select(run => run.Lane).Distinct().ToArray();
        Watch.Remove(transaction);
        Fold.Decided(record, position, Now);
        foreach (var lane in lanes)
            _expiry.Add(lane, position);
        _metrics.Decided(choice.Decision);
        return true;
    }

    private async ValueTask<LogPosition> CommitAsync(Transaction transaction, DecidedRecord record, IDecisionOwner owner, CancellationToken cancellation)
    {
        await UntilPlacedAsync(transaction);
        using var reading = new DueReading(_store);
        var messages = await _drafts.ReadAsync(transaction, reading, Now, cancellation);
        RecordDraft[] drafts = [.. messages, record.Draft(transaction.Producer, owner)];
        return await Ids.DecideAsync(record, drafts, cancellation);
    }

    private void Repeat(DecisionChoice choice, in FinishedTransaction end, IDecisionOwner owner)
    {
        if (end.Decision != choice.Decision)
            throw new RefusedException(ErrorCode.TransactionDecided, $"transaction {choice.Transaction} was {WordOf(end.Decision)}.");
        owner.Messages = end.Messages;
        if (!_store.TryAwaitCommit(end.Position, owner, 0))
            owner.WasCommitted();
    }

    private void DispatchCommitted()
    {
        var through = Intake.Take(ref _committed);
        foreach (ref readonly var record in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_committed))
            Fold.Dispatch(record);
        _committed.Clear();
        if (through > Dispatched)
            Dispatched = through;
        _expiry.Free(Dispatched);
    }

    // A producer's name is anybody's: what somebody says of a transaction counts with the right to publish all that is in it.
    private static void CheckRights(Transaction transaction, Func<uint, bool>? mayPublish)
    {
        if (mayPublish is not null && !transaction.Queues.TrueForAll(queue => mayPublish(queue)))
            throw new RefusedException(ErrorCode.RightMissing, "the user has no right to publish to all queues that the transaction has messages for.");
    }

    private static string NameOf(Producer producer) => System.Text.Encoding.UTF8.GetString(producer.Name);

    private static string WordOf(TransactionDecision decision) => decision == TransactionDecision.Commit ? "committed" : "rolled back";
}
