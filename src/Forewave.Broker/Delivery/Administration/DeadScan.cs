using Forewave.Broker.Delivery.DeadLetters;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Administration;

/// <summary>
/// Looks at dead letters one after the other until a page is full: so many taken, or 10,000 looked at. Any thread, one at a time;
/// reads outside of the loop.
/// </summary>
internal sealed class DeadScan(IStore store, DeadSelection selection)
{
    /// <summary>How many are looked at for a page.</summary>
    public const int MostScanned = 10_000;

    private const int ReadBytes = 1024 * 1024;

    /// <summary>What was taken, without the messages.</summary>
    public List<DeadLetterDetails> Taken { get; } = [];

    /// <summary>How many were looked at.</summary>
    public int Scanned { get; private set; }

    /// <summary>The last place that was looked at, as the wire has it.</summary>
    public long Last { get; private set; } = selection.After;

    /// <summary>The page is full.</summary>
    public bool IsFull => Taken.Count >= selection.Max || Scanned >= MostScanned;

    /// <summary>Looks at some places.</summary>
    public async Task RunAsync(DeadBand band, PlaceRange range)
    {
        for (long place = range.First; place < range.End && !IsFull;)
        {
            using var runs = await store.ReadAsync(band.Index, new Offset(place), ReadBytes, CancellationToken.None);
            if (runs.Count == 0)
                return;
            for (int i = 0; i < runs.Count && place < range.End && !IsFull; i++)
            {
                place = runs[i].First.Value + 1;
                Last = band.Band.OnWire(place - 1);
                Scanned++;
                if (!runs[i].Damaged)
                    Look(band, DeadLetterRecord.Read(runs[i].Messages));
            }
        }
    }

    private void Look(DeadBand band, DeadLetterRecord letter)
    {
        if (letter.DeathTime > selection.DiedBy || !selection.Filter.Takes(letter))
            return;
        var walk = new MessageRun(letter.Message.Span);
        int bodyBytes = walk.MoveNext() && MessageReader.TryRead(walk.Current, out var view, out _) ? view.Body.Length : 0;
        Taken.Add(new DeadLetterDetails(Last, letter with { Message = default, Offset = band.Band.OnWire(letter.Offset) }, bodyBytes));
    }
}
