using Forewave.Broker.Ingest;
using Forewave.Broker.Scheduling;
using Forewave.Broker.Scheduling.Pending;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage;

namespace Forewave.Broker.Transactions;

/// <summary>
/// A Prepare that came before, over a connection that was lost: it is answered with where its messages are, if they are the same. For whoever has the
/// transactions' turn.
/// </summary>
internal sealed class PrepareResend(IStore store)
{
    /// <summary>Where the messages of each batch are, as the first answer said it.</summary>
    /// <param name="transaction">All that is in it has its place.</param>
    /// <param name="request">Its numbers were all used before.</param>
    /// <param name="cancellation">Ends reading.</param>
    /// <exception cref="RefusedException">FieldInvalid: other messages came under these numbers.</exception>
    public async ValueTask<PreparedPlaces[]> FindAsync(Transaction transaction, PrepareRequest request, CancellationToken cancellation)
    {
        var places = new PreparedPlaces[request.Batches.Length];
        for (int i = 0; i < places.Length; i++)
            places[i] = await FindAsync(transaction, request.Batches[i], cancellation);
        return places;
    }

    private async ValueTask<PreparedPlaces> FindAsync(Transaction transaction, PendingBatch batch, CancellationToken cancellation)
    {
        var places = new PreparedPlaces(batch.Count);
        var rest = batch.Messages;
        for (int done = 0; done < batch.Count;)
        {
            ulong number = batch.FirstSequence + (ulong)done;
            var run = transaction.Runs.Find(run => number >= run.First && number < run.First + (ulong)run.Count);
            var repeats = transaction.Repeats.Find(repeats => number >= repeats.First && number < repeats.First + (ulong)repeats.Count);
            if ((run?.Queue ?? repeats?.Queue) != batch.Queue!.Id)
                throw new RefusedException(ErrorCode.FieldInvalid, $"message {number} of transaction {transaction.Id} was prepared for another queue.");
            ulong into = number - (run?.First ?? repeats!.First);
            int count = Math.Min(batch.Count - done, (run?.Count ?? repeats!.Count) - (int)into);
            new MessageRun(rest.Span).TrySlice(count, out int byteCount);
            bool isSame = run is null ? HaveIds(rest.Span[..byteCount]) : await IsSameAsync(run, into, rest[..byteCount], cancellation);
            if (!isSame)
                throw new RefusedException(ErrorCode.FieldInvalid, $"messages from {number} on of transaction {transaction.Id} were prepared before, and are others.");
            if (run is not null)
                places.Place(done..(done + count), run.Position.Plus(into));
            else
                places.Repeat(done..(done + count), repeats!.Original.Plus(into));
            rest = rest[byteCount..];
            done += count;
        }
        return places;
    }

    // Nothing was stored of a repeat but where its original is: it had an id.
    private static bool HaveIds(ReadOnlySpan<byte> messages)
    {
        foreach (var message in new MessageRun(messages))
        {
            if (MessageReader.ReadDeduplicationId(message).IsEmpty)
                return false;
        }
        return true;
    }

    // A number stands for one message: what was stored is read and compared.
    private async ValueTask<bool> IsSameAsync(PreparedRun run, ulong into, ReadOnlyMemory<byte> messages, CancellationToken cancellation)
    {
        int count = CountOf(messages.Span);
        List<PendingPlace> places = [.. Enumerable.Range(0, count).Select(i => new PendingPlace(run.Lane.Reading, run.Place + (long)into + i))];
        using var reading = new DueReading(store);
        return IsSame(await reading.ReadAsync(places, cancellation), messages.Span);
    }

    private static int CountOf(ReadOnlySpan<byte> messages)
    {
        int count = 0;
        var run = new MessageRun(messages);
        while (run.MoveNext())
            count++;
        return count;
    }

    private static bool IsSame(DueMessage[] stored, ReadOnlySpan<byte> messages)
    {
        var sent = new MessageRun(messages);
        foreach (ref readonly var message in stored.AsSpan())
        {
            var kept = new MessageRun(message.Bytes.Span);
            // What rotted is found out at the commit.
            if (!sent.MoveNext() || message.IsWhole && kept.MoveNext() && !kept.Current.SequenceEqual(sent.Current))
                return false;
        }
        return true;
    }
}
