using Forewave.Broker.Deduplication.Slices;
using Forewave.Protocol;

namespace Forewave.Broker.Deduplication;

/// <summary>
/// The ids that count: the newest in a table, older ones in a table that is being written, the rest in slices. Whoever holds
/// <see cref="Gate"/> owns all of it; claiming, appending and noting the position is one step under it, so that two publishes
/// with one id cannot both be new, and a checkpoint finds every id that is in the log up to the tail.
/// </summary>
internal sealed class KnownIds
{
    private readonly Func<uint, TimeSpan> _windowOf;
    private TaskCompletionSource _room = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _unplaced;
    private bool _isRefused;
    private bool _isStopped;
    private ulong _decidedThrough;

    public KnownIds(DeduplicationTerms terms, IdClock clock, IdSlices slices, Func<uint, TimeSpan> windowOf)
    {
        Terms = terms;
        Clock = clock;
        Slices = slices;
        _windowOf = windowOf;
        Active = new IdTable(terms.TableIds);
    }

    /// <summary>Guards everything here, and the slices' list.</summary>
    public Lock Gate { get; } = new();

    /// <summary>The bounds.</summary>
    public DeduplicationTerms Terms { get; }

    /// <summary>The clock of the windows.</summary>
    public IdClock Clock { get; }

    /// <summary>What is on disk.</summary>
    public IdSlices Slices { get; }

    /// <summary>Gets what is new.</summary>
    public IdTable Active { get; private set; }

    /// <summary>Is full and being written; null: none is.</summary>
    public IdTable? Sealed { get; private set; }

    /// <summary>What transactions have prepared and not decided.</summary>
    public HeldIds Held { get; } = new();

    /// <summary>
    /// Where the newest commit is in the log that made held ids known. What was prepared stands before it, so whoever is told that a message is
    /// stored because of its id has to wait for this too. Any thread.
    /// </summary>
    public LogPosition DecidedThrough => LogPosition.FromBits(Volatile.Read(ref _decidedThrough));

    /// <summary>Told, under the gate, when a table was sealed. Must not block.</summary>
    public Action OnSealed { get; set; } = static () => { };

    /// <summary>Ids known.</summary>
    public long Count => Active.Count + (Sealed?.Count ?? 0) + Slices.Count;

    /// <summary>Memory of the tables.</summary>
    public long TableBytes => Active.Bytes + (Sealed?.Bytes ?? 0);

    /// <summary>The window of a queue; zero: it is gone.</summary>
    public TimeSpan WindowOf(uint queue) => _windowOf(queue);

    /// <summary>Decides over claims. What is new is in the table then, without a position; unless all are decided, nothing is.</summary>
    /// <param name="claims">All claims of the publish.</param>
    /// <param name="range">Those that are to be decided.</param>
    public ClaimOutcome Decide(Span<IdClaim> claims, Range range)
    {
        var (first, count) = range.GetOffsetAndLength(claims.Length);
        var now = Clock.Now;
        var outcome = Reserve(count, now);
        if (outcome != ClaimOutcome.Decided)
            return outcome;
        for (int i = first; i < first + count; i++)
        {
            outcome = DecideOne(ref claims[i], i + 1, now);
            if (outcome == ClaimOutcome.Decided)
                continue;
            TakeBack(claims[first..i]);
            return outcome;
        }
        return ClaimOutcome.Decided;
    }

    /// <summary>
    /// Decides over the claims of what a transaction prepares. What is new is held for it then, without a position; unless all are decided, nothing
    /// is. Whoever has the transactions' turn keeps to <see cref="Limits.HeldDeduplicationIds"/>.
    /// </summary>
    /// <param name="claims">All claims of the Prepare.</param>
    /// <param name="transaction">Whose.</param>
    public ClaimOutcome Hold(Span<IdClaim> claims, LogPosition transaction)
    {
        var outcome = _isStopped ? ClaimOutcome.Stopped : IsFull(claims.Length) ? ClaimOutcome.Full : ClaimOutcome.Decided;
        var now = Clock.Now;
        for (int i = 0; i < claims.Length && outcome == ClaimOutcome.Decided; i++)
        {
            outcome = HoldOne(ref claims[i], i + 1, transaction, now);
            if (outcome != ClaimOutcome.Decided)
                LetGo(claims[..i]);
        }
        return outcome;
    }

    /// <summary>Takes claims back that were held last and not appended.</summary>
    public void LetGo(Span<IdClaim> claims)
    {
        for (int i = claims.Length - 1; i >= 0; i--)
        {
            if (claims[i].IsTaken && Held.TryFind(claims[i].Hash, out var held))
                Held.TakeBack(held);
            claims[i].Undecide();
        }
    }

    /// <summary>Whether the ids of a transaction can become known: there is room in the table, or another one was begun.</summary>
    public ClaimOutcome ReserveHeld(LogPosition transaction)
    {
        int ids = Held.CountOf(transaction);
        return ids == 0 ? ClaimOutcome.Decided : ReserveInTable(ids, Clock.Now);
    }

    /// <summary>A transaction was decided: at its commit its ids are known from now on, else they are free.</summary>
    /// <param name="transaction">Which.</param>
    /// <param name="committed">Where its commit is in the log; none: it was rolled back.</param>
    public void Decided(LogPosition transaction, LogPosition committed)
    {
        var now = Clock.Now;
        var taken = Held.Take(transaction);
        if (committed == LogPosition.None || taken.Length == 0)
            return;
        Volatile.Write(ref _decidedThrough, committed.Bits);
        foreach (ref readonly var held in taken.AsSpan())
        {
            // Those of a queue that was deleted mean nothing any more.
            if (_windowOf(held.Queue) > TimeSpan.Zero)
                Active.Put(new KnownId { Hash = held.Hash, Position = held.Position, Queue = held.Queue, Time = now });
        }
    }

    /// <summary>Takes claims back that were decided last and not appended.</summary>
    public void TakeBack(Span<IdClaim> claims)
    {
        for (int i = claims.Length - 1; i >= 0; i--)
        {
            ref var claim = ref claims[i];
            if (claim.IsTaken)
            {
                Active.TakeBack(claim.Hash, claim.Former);
                _unplaced--;
            }
            claim.Undecide();
        }
    }

    /// <summary>A new one was appended.</summary>
    public void Note(in IdClaim claim, LogPosition position)
    {
        Active.TryFind(claim.Hash, out var known);
        Active.Put(known with { Position = position });
        _unplaced--;
    }

    /// <summary>
    /// Adds an id that recovery found. True: the table was full and was put aside for it, to be written. While one is aside that
    /// could not be, the table grows past what it should hold: a full disk does not keep a broker from starting, and what it
    /// has to know is no more than was written since the last checkpoint.
    /// </summary>
    public bool Restore(in KnownId known)
    {
        bool isSealed = Sealed is null && !Active.MayTake(1, known.Time);
        if (isSealed)
            Seal();
        Active.Reserve(1);
        if (!Active.TryFind(known.Hash, out var other) || other.Position < known.Position)
            Active.Put(known);
        return isSealed;
    }

    /// <summary>Puts the table aside, to be written, and begins another one; none is aside.</summary>
    public IdTable Seal()
    {
        if (Sealed is not null)
            throw new InvalidOperationException("the table that was put aside before is not written yet");
        Sealed = Active;
        _isRefused = false;
        Active = new IdTable(Terms.TableIds);
        return Sealed;
    }

    /// <summary>What was sealed is on disk; null where nothing of it was within its window.</summary>
    public void Written(IdSlice? slice)
    {
        if (slice is not null)
            Slices.Add(slice);
        Sealed = null;
        _isRefused = false;
        LetGoOn();
    }

    /// <summary>There is no room on the disk: for what was sealed, if something was.</summary>
    public void Refused()
    {
        _isRefused = Sealed is not null;
        LetGoOn();
    }

    /// <summary>Nothing will be written any more.</summary>
    public void Stop()
    {
        lock (Gate)
        {
            _isStopped = true;
            LetGoOn();
        }
    }

    /// <summary>Completes when a claim that had to wait is worth another try.</summary>
    public Task WaitForRoomAsync(CancellationToken cancellation)
    {
        lock (Gate)
        {
            bool mayTry = Sealed is null || _isRefused || _isStopped;
            return mayTry ? Task.CompletedTask : _room.Task.WaitAsync(cancellation);
        }
    }

    private ClaimOutcome Reserve(int ids, IdTime now) => IsFull(ids) && !_isStopped ? ClaimOutcome.Full : ReserveInTable(ids, now);

    private bool IsFull(int ids) => Count + Held.Count + ids > Terms.MostIds;

    private ClaimOutcome ReserveInTable(int ids, IdTime now)
    {
        if (_isStopped)
            return ClaimOutcome.Stopped;
        if (!Active.MayTake(ids, now))
        {
            // A claim that is sealed without its position could be neither placed nor taken back.
            if (_unplaced > 0)
                return ClaimOutcome.AppendFirst;
            if (Sealed is not null)
                return _isRefused ? ClaimOutcome.DiskFull : ClaimOutcome.Wait;
            Seal();
            OnSealed();
        }
        Active.Reserve(ids);
        return ClaimOutcome.Decided;
    }

    private ClaimOutcome DecideOne(ref IdClaim claim, int place, IdTime now)
    {
        if (TryFindNew(ref claim, now))
            return ClaimOutcome.Decided;
        // Whether it is a repeat is known when the transaction is decided; a message that may be rolled back is no original.
        if (Held.TryFind(claim.Hash, out _))
            return ClaimOutcome.Held;
        if (!TryAskSlices(ref claim, now))
            return ClaimOutcome.LookUp;
        if (claim.IsRepeat)
            return ClaimOutcome.Decided;
        // Until it is appended its place among the claims stands for its position: no position has epoch 0.
        var taken = new KnownId { Hash = claim.Hash, Position = LogPosition.FromBits((ulong)place), Queue = claim.Queue, Time = now };
        claim.Former = Active.Put(taken);
        claim.IsTaken = true;
        _unplaced++;
        return ClaimOutcome.Decided;
    }

    private ClaimOutcome HoldOne(ref IdClaim claim, int place, LogPosition transaction, IdTime now)
    {
        if (TryFindNew(ref claim, now))
            return ClaimOutcome.Decided;
        if (Held.TryFind(claim.Hash, out var held))
        {
            if (held.Transaction != transaction)
                return ClaimOutcome.Held;
            // The original has the same fate.
            claim.RepeatOf(held.Position);
            return ClaimOutcome.Decided;
        }
        if (!TryAskSlices(ref claim, now))
            return ClaimOutcome.LookUp;
        if (claim.IsRepeat)
            return ClaimOutcome.Decided;
        Held.Add(new HeldId { Hash = claim.Hash, Position = LogPosition.FromBits((ulong)place), Queue = claim.Queue, Transaction = transaction });
        claim.IsTaken = true;
        return ClaimOutcome.Decided;
    }

    /// <summary>True: it is a repeat of what is in the tables.</summary>
    private bool TryFindNew(ref IdClaim claim, IdTime now)
    {
        var window = _windowOf(claim.Queue);
        bool isKnown = Active.TryFind(claim.Hash, out var known) && known.Time.IsWithin(window, now);
        if (!isKnown)
            isKnown = Sealed is { } before && before.TryFind(claim.Hash, out known) && known.Time.IsWithin(window, now);
        if (isKnown)
            claim.RepeatOf(known.Position);
        return isKnown;
    }

    /// <summary>Notes what the slices said. False: one has to be asked.</summary>
    private bool TryAskSlices(ref IdClaim claim, IdTime now)
    {
        if (Slices.MayHaveNewer(claim))
        {
            claim.NeedsDisk = true;
            return false;
        }
        if (claim.OnDisk is { } onDisk && onDisk.Time.IsWithin(_windowOf(claim.Queue), now))
            claim.RepeatOf(onDisk.Position);
        return true;
    }

    private void LetGoOn()
    {
        _room.TrySetResult();
        _room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
