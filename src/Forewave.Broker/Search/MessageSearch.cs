using Forewave.Broker.Delivery.Priorities;
using Forewave.Broker.Queues;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Search;

/// <summary>
/// Looks for messages of a queue: what is scheduled, then each band of priority in the order of offsets, the default one first. By the
/// key index where there is a key and the index knows the messages, else by reading them; either way every message is looked at,
/// and each step says how far it came. Thread-safe; never on a loop's thread.
/// </summary>
internal sealed class MessageSearch(SearchParts parts)
{
    /// <summary>Does a step of a search.</summary>
    /// <exception cref="RefusedException">TooManySearches, TooManyMisses.</exception>
    public async Task<SearchPage> RunAsync(SearchQuery query, CancellationToken cancellation)
    {
        using var place = parts.Turns.Begin();
        if (query.Filter.Key is not null)
            parts.Turns.CheckMisses();
        var page = new SearchPage(query, parts.Time);
        using var scan = new ScanTurn(parts.Turns);
        // A receipt may be read before the loops got what it is for.
        if (query.Start.IsFirst)
            await parts.UntilDispatchedAsync(cancellation);
        if (query.Start.Phase == SearchPhase.Scheduled)
            await new ScheduledSearch(parts, page, scan).RunAsync(cancellation);
        if (!page.IsFull)
            await SearchQueueAsync(page, scan, cancellation);
        parts.BytesRead.Add(page.BytesRead);
        if (page.Position.Phase == SearchPhase.Done && page.Found.Count == 0 && query.Filter.Key is not null)
            parts.Turns.Missed();
        return page;
    }

    private async ValueTask SearchQueueAsync(SearchPage page, ScanTurn scan, CancellationToken cancellation)
    {
        // Asked after what is scheduled was looked at: what came out meanwhile is in the queue by now.
        var bands = await parts.Delivery.Administration.ShowBandsAsync(page.Query.Queue).WaitAsync(cancellation);
        if (page.Position.Until.UnixMilliseconds == 0)
            page.Position = page.Position with { Until = UntilOf(page.Query, bands) };
        bool isBehind = page.Position.Phase == SearchPhase.Queued;
        List<BandDetails> left = [.. bands.SkipWhile(band => isBehind && band.Index != StartOf(page))];
        for (int i = 0; i < left.Count; i++)
        {
            var range = await RangeOfAsync(left[i], page, cancellation);
            var search = new BandSearch(parts, page, scan);
            long next = await search.RunAsync(range, cancellation);
            page.Position = page.Position with { Phase = SearchPhase.Queued, Index = left[i].Index, Offset = next };
            if (page.IsFull && (next < range.End || i < left.Count - 1))
            {
                page.Left = Math.Max(0, range.End - next) + left.Skip(i + 1).Sum(band => band.End - band.Lowest);
                return;
            }
        }
        page.Position = page.Position with { Phase = SearchPhase.Done };
    }

    /// <summary>The band that it goes on in; bands are never dropped.</summary>
    private static uint StartOf(SearchPage page) => page.Position.Index;

    private Timestamp UntilOf(SearchQuery query, IReadOnlyList<BandDetails> bands)
    {
        long now = parts.Time.GetUtcNow().ToUnixTimeMilliseconds();
        // The log's clock may be ahead of the wall's, which was put back.
        long newest = bands.Max(band => band.LastPublishTime);
        return new Timestamp(Math.Min(Math.Max(now, newest) + 1, query.To?.UnixMilliseconds ?? long.MaxValue));
    }

    private async ValueTask<Keys.KeyRange> RangeOfAsync(BandDetails band, SearchPage page, CancellationToken cancellation)
    {
        long first = page.Position.Phase == SearchPhase.Queued && page.Position.Index == band.Index
            ? Math.Max(band.Lowest, page.Position.Offset)
            : band.Lowest;
        long end = band.End;
        if (page.Query.From is { } from && from.UnixMilliseconds > 0)
            first = Math.Max(first, (await parts.Store.FindByTimeAsync(band.Index, from, cancellation)).Value);
        if (page.Position.Until.UnixMilliseconds <= band.LastPublishTime)
            end = Math.Min(end, (await parts.Store.FindByTimeAsync(band.Index, page.Position.Until, cancellation)).Value);
        return new Keys.KeyRange { Index = band.Index, First = first, End = Math.Max(first, end) };
    }
}
