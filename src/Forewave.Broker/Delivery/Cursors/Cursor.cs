using System.Numerics;
using Forewave.Broker.Delivery.Keys;
using Forewave.Broker.Delivery.Records;
using Forewave.Broker.Delivery.Timing;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Cursors;

/// <summary>
/// A group's place in its queue: the read offset, and the unsettled messages below it with attempt and hold. Changed by records
/// alone (the methods named after them), by the same calls in life and in recovery; what the clock does to it is
/// <see cref="Expire"/>, which no record tells: a lease that expired is one until its message is handed out anew.
/// For the loop alone. Costs a few operations for each 64 offsets of a run.
/// </summary>
internal sealed class Cursor
{
    private readonly CursorBlocks _blocks = new();

    /// <summary>Makes a cursor that starts at an offset.</summary>
    public Cursor(long readOffset, AttemptHistories histories)
    {
        ReadOffset = readOffset;
        Histories = histories;
        Keys = new KeyedMessages(this);
        Ahead = new KnownAhead(_blocks);
    }

    /// <summary>The next offset that was never handed out, as the records have it.</summary>
    public long ReadOffset { get; private set; }

    /// <summary>Handed out and not settled.</summary>
    public int Unsettled { get; private set; }

    /// <summary>Of these, nacked and waiting for a time that has not come.</summary>
    public int Waiting { get; private set; }

    /// <summary>Of these, ready to be handed out again.</summary>
    public int Ready { get; private set; }

    /// <summary>Of these, out with a consumer, or on their way to the dead letters.</summary>
    public int Leased => Unsettled - Waiting - Ready - Keys.Held - Keys.Parked.Count;

    /// <summary>Order by key.</summary>
    public KeyedMessages Keys { get; }

    /// <summary>What is known at or after the read offset.</summary>
    public KnownAhead Ahead { get; }

    /// <summary>What was out when it was reset and did not come again.</summary>
    public RecalledLeases Recalled { get; } = new();

    /// <summary>Blocks in memory.</summary>
    public int BlockCount => _blocks.Count;

    /// <summary>
    /// Bytes of memory that it takes, about: blocks with their places in tables, holds with their deadlines, histories. A test
    /// compares it with what the runtime counts.
    /// </summary>
    public long MemoryBytes =>
        ((long)BlockCount * CursorBlock.MemoryBytes) + Holds.MemoryBytes + ((long)Histories.Count * AttemptHistories.MemoryBytes) + Keys.MemoryBytes
        + Recalled.MemoryBytes;

    /// <summary>Leases and waits.</summary>
    public HoldTable Holds { get; } = new();

    /// <summary>Failed attempts of messages that are not settled.</summary>
    public AttemptHistories Histories { get; }

    /// <summary>The blocks, for reading them as a whole.</summary>
    public CursorBlocks Blocks => _blocks;

    /// <summary>Puts the read offset where a record or a checkpoint has it.</summary>
    public void Read(long readOffset)
    {
        if (readOffset <= ReadOffset)
            return;
        Ahead.Clear(new OffsetSpan { First = ReadOffset, End = readOffset });
        ReadOffset = readOffset;
    }

    /// <summary>Forgets everything and puts the read offset somewhere else, also further back.</summary>
    public void Clear(long readOffset)
    {
        foreach (long number in _blocks.Numbers.Order().ToArray())
        {
            if (_blocks.Find(number) is { } block)
                Forget(number, block, block.Unsettled);
        }
        Ahead.ClearAll();
        ReadOffset = readOffset;
    }

    /// <summary>Hands a run out: all its messages are in one new lease then.</summary>
    public void Lease(in ReadyRun run, in HoldTerms terms)
    {
        int hold = Holds.Add(run.First, run.Count, terms);
        long end = run.First + run.Count;
        foreach (var part in new OffsetSpan { First = run.First, End = end })
        {
            var block = _blocks.Get(part.Number);
            ulong again = block.Unsettled & part.Mask;
            if (again != 0)
                EndAttempts(part.Number, block, again);
            Unsettled += BitOperations.PopCount(part.Mask & ~block.Unsettled);
            block.Unsettled |= part.Mask;
            block.Leased |= part.Mask;
            if (end > ReadOffset)
                Ahead.Mark(block, part.Mask & AheadMask(part.Number));
            block.AttemptsOf.Slice(part.From, part.Count).Fill((ushort)Math.Min(run.Attempt, ushort.MaxValue));
            block.HoldsOf.Slice(part.From, part.Count).Fill(hold);
        }
    }

    /// <summary>Settles a run: what of it was unsettled is done with.</summary>
    public void Settle(long first, int count)
    {
        foreach (var part in OffsetSpan.Of(first, count))
        {
            ulong ahead = part.FirstOffset + part.Count > ReadOffset ? part.Mask & AheadMask(part.Number) : 0;
            var block = ahead != 0 ? _blocks.Get(part.Number) : _blocks.Find(part.Number);
            if (block is null)
                continue;
            Ahead.Mark(block, ahead);
            Forget(part.Number, block, part.Mask & block.Unsettled);
        }
    }

    /// <summary>Ends the lease of what of a run is unsettled: it can be handed out again at once, under the same attempt.</summary>
    public void Release(long first, int count)
    {
        foreach (var part in OffsetSpan.Of(first, count))
        {
            var block = _blocks.Find(part.Number);
            if (block is null)
                continue;
            ulong mask = part.Mask & block.Unsettled;
            LeaveHolds(block, mask);
            MakeReady(part.Number, block, mask);
        }
    }

    /// <summary>Ends the lease of what of a run is unsettled: it waits until a time. The failure goes into its history.</summary>
    public void PutOff(long first, int count, long dueTime, in FailedAttempt failure)
    {
        foreach (var part in OffsetSpan.Of(first, count))
        {
            var block = _blocks.Find(part.Number);
            if (block is null || (part.Mask & block.Unsettled) == 0)
                continue;
            ulong mask = part.Mask & block.Unsettled;
            AddFailures(part.Number, block, mask, failure);
            Rehold(part, block, mask, new HoldTerms { Kind = HoldKind.Wait, EndTime = dueTime });
            block.Waiting |= mask;
            Waiting += BitOperations.PopCount(mask);
        }
    }

    /// <summary>
    /// Settles everything up to and with an offset that is leased to a consumer, but for what it has rejected: that goes to the
    /// dead letters. What comes once more by a replay is a line of its own: up to one of these means these alone, and they are left out
    /// otherwise.
    /// </summary>
    public void SettleUpTo(GroupConsumer consumer, long last)
    {
        bool replayed = IsReplayed(last);
        for (int index = consumer.FirstHold, next; index >= 0; index = next)
        {
            var hold = Holds[index];
            next = hold.Next;
            if (hold.IsReplayed != replayed)
                continue;
            long end = Math.Min(hold.First + hold.Count, last + 1);
            foreach (var part in new OffsetSpan { First = hold.First, End = end })
            {
                var block = _blocks.Find(part.Number);
                if (block is null)
                    continue;
                ulong mask = part.Mask & block.Leased & ~block.Dying;
                Forget(part.Number, block, hold.Live == hold.Count ? mask : block.InHold(mask, index));
            }
        }
    }

    private bool IsReplayed(long offset)
    {
        var block = _blocks.Find(offset >> CursorBlock.Shift);
        int place = (int)(offset & (CursorBlock.Size - 1));
        return block is not null && (block.Leased >> place & 1) != 0 && Holds[block.HoldsOf[place]].IsReplayed;
    }

    /// <summary>Leases of a run last until another time; attempt, consumer and handle stay.</summary>
    public void Extend(long first, int count, long endTime, uint visibilityMilliseconds)
    {
        foreach (var part in OffsetSpan.Of(first, count))
        {
            var block = _blocks.Find(part.Number);
            ulong rest = block is null ? 0 : part.Mask & block.Leased;
            while (rest != 0)
            {
                var same = block!.SameHold(part.Number, rest);
                rest &= ~same.Mask;
                ref Hold old = ref Holds[block.HoldsOf[same.From]];
                var terms = new HoldTerms
                {
                    Kind = HoldKind.Lease, EndTime = endTime, VisibilityMilliseconds = visibilityMilliseconds, Epoch = old.Epoch,
                    IsReplayed = old.IsReplayed,
                    SinceTime = old.SinceTime,
                    Consumer = Holds.ConsumerOf(old),
                };
                Rehold(same, block, same.Mask, terms);
                block.Leased |= same.Mask;
            }
        }
    }

    /// <summary>
    /// The end of a hold has come: what is still in it can be handed out again; of a lease, what had its last attempt is given
    /// to <paramref name="died"/> instead and stays where it is until its dead letter is written.
    /// </summary>
    public void Expire(DueToken token, in FailureTerms terms, Action<long, uint> died)
    {
        var hold = Holds[token.Index];
        long end = hold.First + hold.Count;
        foreach (var part in new OffsetSpan { First = hold.First, End = end })
        {
            var block = _blocks.Find(part.Number);
            if (block is null)
                continue;
            ulong mask = part.Mask & (block.Leased | block.Waiting) & ~block.Dying & ~block.Ready;
            mask = block.InHold(mask, token.Index);
            if (hold.Kind == HoldKind.Lease)
                mask = TakeLastAttempts(part.Number, block, mask, terms, died);
            MakeReady(part.Number, block, mask);
        }
    }

    /// <summary>The lowest messages that can be handed out again; they are not ready any more. False: there are none.</summary>
    public bool TryTakeReady(int max, out ReadyRun run)
    {
        run = default;
        var block = _blocks.LowestReady(out long number);
        if (block is null)
            return false;
        int from = BitOperations.TrailingZeroCount(block.Ready);
        uint attempt = block.NextAttempt(from);
        long first = (number << CursorBlock.Shift) + from;
        int count = 0;
        while (block is not null && count < max)
        {
            int length = block.ReadyLength(from, attempt, max - count);
            ulong mask = length == 0 ? 0 : CursorBlock.Bits(length) << from;
            Unready(block, mask);
            count += length;
            if (from + length < CursorBlock.Size)
                break;
            from = 0;
            block = _blocks.Find(++number);
        }
        run = new ReadyRun(first, count, attempt);
        return true;
    }

    /// <summary>Gives back what <see cref="TryTakeReady"/> took and was not handed out.</summary>
    public void PutBackReady(long first, int count)
    {
        foreach (var part in OffsetSpan.Of(first, count))
        {
            var block = _blocks.Find(part.Number);
            if (block is not null)
                MakeReady(part.Number, block, part.Mask & block.Unsettled & ~block.Dying);
        }
    }

    /// <summary>How many messages before an offset are unsettled, but for what <paramref name="keep"/> holds for.</summary>
    public int CountBefore(long lowest, Func<long, bool> keep)
    {
        int count = 0;
        foreach (long number in _blocks.Numbers)
        {
            if (number << CursorBlock.Shift < lowest)
                count += BitOperations.PopCount(LostBefore(number, _blocks.Get(number), lowest, keep));
        }
        return count;
    }

    /// <summary>
    /// Everything before an offset is gone: what of it is unsettled is settled, but for what <paramref name="keep"/> holds for.
    /// </summary>
    public void DropBefore(long lowest, Func<long, bool> keep)
    {
        foreach (long number in _blocks.Numbers.Where(number => number << CursorBlock.Shift < lowest).Order().ToArray())
        {
            var block = _blocks.Get(number);
            Forget(number, block, LostBefore(number, block, lowest, keep));
        }
    }

    private static ulong LostBefore(long number, CursorBlock block, long lowest, Func<long, bool> keep)
    {
        ulong mask = new OffsetSpan { First = number << CursorBlock.Shift, End = lowest }.FirstPart().Mask & block.Unsettled;
        for (ulong rest = mask; rest != 0; rest &= rest - 1)
        {
            int place = BitOperations.TrailingZeroCount(rest);
            if (keep((number << CursorBlock.Shift) + place))
                mask &= ~(1UL << place);
        }
        return mask;
    }

    /// <summary>A message is on its way to the dead letters: nobody gets it meanwhile.</summary>
    public void MarkDying(long offset)
    {
        var block = _blocks.Get(offset >> CursorBlock.Shift);
        ulong bit = 1UL << (int)(offset & (CursorBlock.Size - 1));
        block.Dying |= bit & block.Unsettled;
        block.GivenUp |= bit & block.Unsettled;
        Unready(block, bit);
    }

    /// <summary>A message failed for good: its key is set aside, the failure goes into its history.</summary>
    public void Park(ParkedKey parked)
    {
        var block = _blocks.Find(parked.Offset >> CursorBlock.Shift);
        ulong bit = 1UL << (int)(parked.Offset & (CursorBlock.Size - 1));
        if (block is null || (block.Unsettled & block.Keyed & bit) == 0)
            return;
        Histories.Add(parked.Offset, LastAttempt(parked.Offset, new Timestamp(parked.Time), parked.Reason));
        LeaveHolds(block, bit);
        Unready(block, bit);
        block.Dying &= ~bit;
        block.GivenUp &= ~bit;
        Keys.Park(parked);
    }

    /// <summary>A message is on its way to the dead letters.</summary>
    public bool IsDying(long offset)
    {
        var block = _blocks.Find(offset >> CursorBlock.Shift);
        return block is not null && (block.Dying >> (int)(offset & (CursorBlock.Size - 1)) & 1) != 0;
    }

    /// <summary>The attempt that an unsettled message is at, as one that ends now.</summary>
    public FailedAttempt LastAttempt(long offset, Timestamp time, string reason)
    {
        var block = _blocks.Get(offset >> CursorBlock.Shift);
        int place = (int)(offset & (CursorBlock.Size - 1));
        bool leased = (block.Leased >> place & 1) != 0;
        string consumer = leased ? Holds.ConsumerOf(Holds[block.HoldsOf[place]]).Name : "";
        return new FailedAttempt { Attempt = block.AttemptsOf[place], Time = time.UnixMilliseconds, Consumer = consumer, Reason = reason };
    }

    /// <summary>No record says that a message was handed out.</summary>
    public bool WasNeverHandedOut(long offset)
    {
        if (offset < ReadOffset)
            return false;
        var block = _blocks.Find(offset >> CursorBlock.Shift);
        return block is null || (block.Ahead >> (int)(offset & (CursorBlock.Size - 1)) & 1) == 0;
    }

    /// <summary>A message is leased under an attempt, and the lease has not expired.</summary>
    public bool IsLeased(long offset, uint attempt)
    {
        var block = _blocks.Find(offset >> CursorBlock.Shift);
        int place = (int)(offset & (CursorBlock.Size - 1));
        return block is not null && (block.Out >> place & 1) != 0 && block.AttemptsOf[place] == attempt;
    }

    /// <summary>Whose lease a message is in, expired or not; null: in none.</summary>
    public GroupConsumer? ConsumerWith(long offset)
    {
        var block = _blocks.Find(offset >> CursorBlock.Shift);
        int place = (int)(offset & (CursorBlock.Size - 1));
        return block is not null && (block.Leased >> place & 1) != 0 ? Holds.ConsumerOf(Holds[block.HoldsOf[place]]) : null;
    }

    /// <summary>A message was handed out and is not settled.</summary>
    public bool IsUnsettled(long offset)
    {
        var block = _blocks.Find(offset >> CursorBlock.Shift);
        return block is not null && (block.Unsettled >> (int)(offset & (CursorBlock.Size - 1)) & 1) != 0;
    }

    /// <summary>The first offset of a span that is unsettled; the span's end when there is none.</summary>
    public long NextUnsettled(OffsetSpan span)
    {
        if (Unsettled == 0)
            return span.End;
        foreach (var part in span)
        {
            ulong found = part.Mask & (_blocks.Find(part.Number)?.Unsettled ?? 0);
            if (found != 0)
                return (part.Number << CursorBlock.Shift) + BitOperations.TrailingZeroCount(found);
        }
        return Math.Max(span.First, span.End);
    }

    /// <summary>A message is known to have an ordering key and is not settled.</summary>
    public bool IsKeyed(long offset)
    {
        var block = _blocks.Find(offset >> CursorBlock.Shift);
        return block is not null && (block.Keyed >> (int)(offset & (CursorBlock.Size - 1)) & 1) != 0;
    }

    /// <summary>Puts back what a checkpoint holds of a run; <paramref name="hold"/> is -1 for released messages.</summary>
    public void Restore(in ReadyRun run, int hold)
    {
        long end = run.First + run.Count;
        foreach (var part in new OffsetSpan { First = run.First, End = end })
        {
            var block = _blocks.Get(part.Number);
            block.Unsettled |= part.Mask;
            Unsettled += part.Count;
            block.AttemptsOf.Slice(part.From, part.Count).Fill((ushort)run.Attempt);
            if (hold < 0)
            {
                MakeReady(part.Number, block, part.Mask);
                continue;
            }
            block.HoldsOf.Slice(part.From, part.Count).Fill(hold);
            if (Holds[hold].Kind == HoldKind.Lease)
            {
                block.Leased |= part.Mask;
                continue;
            }
            block.Waiting |= part.Mask;
            Waiting += part.Count;
        }
    }

    /// <summary>Bits of a block's offsets that are at or after the read offset.</summary>
    private ulong AheadMask(long number)
    {
        long start = number << CursorBlock.Shift;
        if (start >= ReadOffset)
            return ulong.MaxValue;
        long below = ReadOffset - start;
        return below >= CursorBlock.Size ? 0 : ulong.MaxValue << (int)below;
    }

    private void AddFailures(long number, CursorBlock block, ulong mask, in FailedAttempt failure)
    {
        for (; mask != 0; mask &= mask - 1)
        {
            int place = BitOperations.TrailingZeroCount(mask);
            bool leased = (block.Leased >> place & 1) != 0;
            string consumer = leased ? Holds.ConsumerOf(Holds[block.HoldsOf[place]]).Name : "";
            Histories.Add((number << CursorBlock.Shift) + place, failure with { Attempt = block.AttemptsOf[place], Consumer = consumer });
        }
    }

    /// <summary>Their last attempt ended without a word when they are handed out anew: the lease expired.</summary>
    private void EndAttempts(long number, CursorBlock block, ulong mask)
    {
        for (ulong expired = mask & block.Leased; expired != 0; expired &= expired - 1)
        {
            int place = BitOperations.TrailingZeroCount(expired);
            ref Hold hold = ref Holds[block.HoldsOf[place]];
            var attempt = new FailedAttempt
            {
                Attempt = block.AttemptsOf[place], Time = hold.EndTime, Consumer = Holds.ConsumerOf(hold).Name,
                Reason = FailedAttempt.Expired,
            };
            Histories.Add((number << CursorBlock.Shift) + place, attempt);
        }
        LeaveHolds(block, mask);
        Unready(block, mask);
    }

    private void Forget(long number, CursorBlock block, ulong mask)
    {
        if (mask != 0)
        {
            if ((mask & block.Keyed) != 0)
                Keys.Leave(block, number, mask);
            LeaveHolds(block, mask);
            Unready(block, mask);
            Unsettled -= BitOperations.PopCount(mask);
            block.Unsettled &= ~mask;
            block.Dying &= ~mask;
            block.GivenUp &= ~mask;
            if (Histories.Any)
                ForgetHistories(number, mask);
        }
        _blocks.DropIfEmpty(number, block);
    }

    private void ForgetHistories(long number, ulong mask)
    {
        for (; mask != 0; mask &= mask - 1)
            Histories.Forget((number << CursorBlock.Shift) + BitOperations.TrailingZeroCount(mask));
    }

    /// <summary>A message is unsettled from now on that was never handed out: its next attempt is the first, or the one after a recalled lease's.</summary>
    public void TakeIn(long number, CursorBlock block, int place)
    {
        block.Unsettled |= 1UL << place;
        block.AttemptsOf[place] = (ushort)Math.Min(Recalled.NextAttempt((number << CursorBlock.Shift) + place), ushort.MaxValue);
        Unsettled++;
    }

    /// <summary>They cannot be handed out now.</summary>
    public void Unready(CursorBlock block, ulong mask)
    {
        ulong taken = block.Ready & mask;
        Ready -= BitOperations.PopCount(taken);
        Waiting += BitOperations.PopCount(taken & block.Waiting);
        block.Ready &= ~taken;
    }

    /// <summary>They can be handed out now, but for what is held or parked.</summary>
    public void MakeReady(long number, CursorBlock block, ulong mask)
    {
        ulong added = mask & ~(block.Ready | block.Held | block.Parked);
        if (added == 0)
            return;
        block.Ready |= added;
        Ready += BitOperations.PopCount(added);
        Waiting -= BitOperations.PopCount(added & block.Waiting);
        _blocks.List(number, block);
    }

    /// <summary>Takes messages out of their holds; they are neither leased nor waiting then.</summary>
    private void LeaveHolds(CursorBlock block, ulong mask)
    {
        ulong rest = mask & (block.Leased | block.Waiting);
        Waiting -= BitOperations.PopCount(mask & block.Waiting & ~block.Ready);
        block.Leased &= ~mask;
        block.Waiting &= ~mask;
        while (rest != 0)
        {
            var same = block.SameHold(0, rest);
            rest &= ~same.Mask;
            Holds.Leave(block.HoldsOf[same.From], same.Count);
        }
    }

    private void Rehold(BlockPart part, CursorBlock block, ulong mask, in HoldTerms terms)
    {
        int hold = Holds.Add(part.FirstOffset, part.Count, terms);
        int outside = part.Count - BitOperations.PopCount(mask);
        if (outside > 0)
            Holds.Leave(hold, outside);
        LeaveHolds(block, mask);
        Unready(block, mask);
        for (ulong rest = mask; rest != 0; rest &= rest - 1)
            block.HoldsOf[BitOperations.TrailingZeroCount(rest)] = hold;
    }

    /// <summary>Their last attempts: <paramref name="died"/> hears of each; what is left of the mask can go on.</summary>
    private static ulong TakeLastAttempts(long number, CursorBlock block, ulong mask, in FailureTerms terms, Action<long, uint> died)
    {
        ulong again = mask;
        for (ulong rest = mask; rest != 0; rest &= rest - 1)
        {
            int place = BitOperations.TrailingZeroCount(rest);
            if (block.AttemptsOf[place] < terms.MaxAttempts && !(terms.SkipsKeyed && (block.Keyed >> place & 1) != 0))
                continue;
            again &= ~(1UL << place);
            block.Dying |= 1UL << place;
            died((number << CursorBlock.Shift) + place, block.AttemptsOf[place]);
        }
        return again;
    }
}
