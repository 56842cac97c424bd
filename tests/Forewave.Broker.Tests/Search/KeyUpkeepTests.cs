using Forewave.Broker.Search;
using Forewave.Broker.Search.Keys;
using Forewave.Broker.Tests.Fakes;
using Forewave.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Forewave.Broker.Tests.Search;

public sealed class KeyUpkeepTests
{
    // So many slices of one size are merged.
    private const int Merged = 8;

    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);

    private readonly FakeStore _store = new();
    private readonly MovedTime _time = new();

    [Fact]
    public async Task Slices_that_cannot_be_read_at_present_are_opened_later()
    {
        KeySliceSize[] sizes = [Write(1).Size, Write(2).Size];
        var parts = Parts();
        using var upkeep = new KeyUpkeep(parts);
        upkeep.Restore(sizes);
        using var end = new CancellationTokenSource();
        Slices.IsAway = true;

        Task running = upkeep.RunAsync(new LoopPulse(_time), end.Token);
        await _time.MoveUntilAsync(ReadAsync(Slices.Reads + 2), Turn);
        bool isOpened = upkeep.Opened.IsCompleted;
        Slices.IsAway = false;
        await _time.MoveUntilAsync(upkeep.Opened, Turn);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        Assert.False(isOpened);
        Assert.Equal(0, parts.Counts.Lost.Value);
        Assert.Equal(sizes.Select(size => size.Number), parts.Index.Slices.All.Select(slice => slice.Number).OrderBy(number => number.Value));
        Assert.Empty(upkeep.Unopened);
    }

    [Fact]
    public async Task Slices_that_cannot_be_read_at_present_are_merged_later()
    {
        var parts = Parts();
        foreach (int number in Enumerable.Range(1, Merged))
            parts.Index.Slices.Add(Write(number));
        parts.Index.Slices.Restore(new SliceNumber(SliceNumber.Before(SliceOwner.Keys).Value + Merged));
        Slices.IsAway = true;
        using var upkeep = new KeyUpkeep(parts);
        using var end = new CancellationTokenSource();

        Task running = upkeep.RunAsync(new LoopPulse(_time), end.Token);
        await _time.MoveUntilAsync(ReadAsync(Slices.Reads + 2), Turn);
        (int meanwhile, long lost) = (parts.Index.Slices.All.Count, parts.Counts.Lost.Value);
        Slices.IsAway = false;
        await _time.MoveUntilAsync(MergedAsync(parts.Index), Turn);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        Assert.Equal((Merged, 0L), (meanwhile, lost));
        Assert.Equal(0, parts.Counts.Lost.Value);
    }

    private static async Task MergedAsync(KeyIndex index)
    {
        while (index.Slices.All.Count == Merged)
            await Task.Yield();
    }

    private FakeSlices Slices => (FakeSlices)_store.Slices;

    private async Task ReadAsync(long reads)
    {
        while (Slices.Reads < reads)
            await Task.Yield();
    }

    private KeySlice Write(int number)
    {
        var writer = new KeySliceWriter(Slices, new SliceNumber(SliceNumber.Before(SliceOwner.Keys).Value + (ulong)number), mostEntries: 100);
        for (ulong hash = 0; hash < 100; hash++)
            writer.Add(new KeyEntry(hash << 40, new KeyPlace(1, number)));
        return writer.Complete(folds: 0)!;
    }

    private KeyUpkeepParts Parts()
    {
        var terms = new KeyIndexTerms { TableEntries = 100 };
        return new KeyUpkeepParts
        {
            Index = new KeyIndex(terms),
            Terms = terms,
            Hashing = new KeyHashing(),
            Store = _store,
            Pace = new SearchPace(_time, static () => 0),
            Time = _time,
            Logger = NullLogger.Instance,
            Indexes = static () => [],
            HasQueue = static _ => true,
        };
    }
}
