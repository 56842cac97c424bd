using System.Buffers;
using System.Runtime.InteropServices;
using Forewave.Broker.Deduplication.Slices;
using Forewave.Storage;

namespace Forewave.Broker.Deduplication;

/// <summary>
/// Asks the slices for claims: the filters in memory on the caller's thread, then on the store's readers the full filters of those
/// that were folded, then pages of ids. Thread-safe. What throws leaves the claims undecided.
/// </summary>
internal sealed class IdLookups
{
    private const int PagesAtOnce = 64;
    private readonly IdSlices _slices;
    private readonly ISlices _store;
    private readonly DeduplicationCounts _counts;

    public IdLookups(IdSlices slices, ISlices store, DeduplicationCounts counts)
    {
        _slices = slices;
        _store = store;
        _counts = counts;
    }

    /// <summary>Asks the filters. True: a slice may have one of the claims, so <see cref="LookUpAsync"/> is due.</summary>
    public bool Probe(Span<IdClaim> claims)
    {
        var slices = _slices.All;
        ulong through = slices.Count == 0 ? 0 : slices[^1].Seals.Last;
        bool any = false;
        foreach (ref var claim in claims)
        {
            claim.AskedThrough = through;
            claim.OnDisk = null;
            claim.NeedsDisk = false;
            for (int i = 0; i < slices.Count && !claim.NeedsDisk; i++)
                claim.NeedsDisk = slices[i].Filter.MayHave(claim.Hash);
            any |= claim.NeedsDisk;
        }
        return any;
    }

    /// <summary>Finds what the slices have of the claims that need it.</summary>
    /// <exception cref="StoreException">A page could not be read.</exception>
    public async ValueTask LookUpAsync(IdClaims claims, CancellationToken cancellation)
    {
        bool isDone = false;
        while (!isDone)
        {
            var slices = _slices.All;
            var questions = QuestionsOf(claims.All, slices);
            _counts.LookedUp.Add(1);
            isDone = await AskFiltersAsync(questions, cancellation) && await AskPagesAsync(questions, cancellation);
            if (isDone)
                Answer(claims.All, questions, slices.Count == 0 ? 0 : slices[^1].Seals.Last);
        }
    }

    private static List<Question> QuestionsOf(Span<IdClaim> claims, IReadOnlyList<IdSlice> slices)
    {
        List<Question> questions = [];
        for (int i = 0; i < claims.Length; i++)
        {
            for (int slice = 0; claims[i].NeedsDisk && slice < slices.Count; slice++)
            {
                if (slices[slice].Filter.MayHave(claims[i].Hash))
                    questions.Add(new Question { Claim = i, Hash = claims[i].Hash, Slice = slices[slice] });
            }
        }
        return questions;
    }

    private static void Answer(Span<IdClaim> claims, List<Question> questions, ulong through)
    {
        foreach (ref var claim in claims)
        {
            if (!claim.NeedsDisk)
                continue;
            claim.AskedThrough = through;
            claim.OnDisk = null;
        }
        foreach (var question in questions)
        {
            ref var claim = ref claims[question.Claim];
            if (question.Found is { } found && (claim.OnDisk is not { } other || other.Position < found.Position))
                claim.OnDisk = found;
        }
        foreach (ref var claim in claims)
            claim.NeedsDisk = false;
    }

    private async ValueTask<bool> AskFiltersAsync(List<Question> questions, CancellationToken cancellation)
    {
        var folded = questions.Where(question => question.Slice.Filter.Folds > 0).ToArray();
        foreach (var some in folded.Chunk(PagesAtOnce))
        {
            var reads = some.Select(question => (question.Slice.FilterNumber, question.Slice.FilterPageOf(question.Hash))).ToArray();
            bool isThere = await ReadAsync(reads, pages => AskFilters(some, pages), cancellation);
            if (!isThere)
                return false;
        }
        questions.RemoveAll(question => question.IsAnswered);
        return true;
    }

    private static void AskFilters(Question[] questions, ReadOnlySpan<byte> pages)
    {
        for (int i = 0; i < questions.Length; i++)
        {
            var question = questions[i];
            var page = pages.Slice(i * SlicePage.Bytes, SlicePage.Bytes);
            // A filter that rotted rules nothing out: the pages of ids say.
            if (!IdPage.TryOpen(page, PageKind.Filter, question.Slice.FilterNumber, out _))
                continue;
            int place = (int)(IdFilter.BlockOf(question.Hash, question.Slice.FilterBlocks) % IdPage.Blocks);
            var block = page.Slice(IdPage.HeaderBytes + place * IdFilter.BlockBytes, IdFilter.BlockBytes);
            question.IsAnswered = !IdFilter.MayHave(question.Hash, MemoryMarshal.Cast<byte, ulong>(block));
        }
    }

    private async ValueTask<bool> AskPagesAsync(List<Question> questions, CancellationToken cancellation)
    {
        foreach (var question in questions)
        {
            var (page, count) = question.Slice.PagesOf(question.Hash);
            for (int i = 0; i < count; i++)
                question.Pages.Add(new SlicePage(page.Value + i));
        }
        foreach (var some in questions.SelectMany(question => question.Pages.Select(page => (Question: question, Page: page))).Chunk(PagesAtOnce))
        {
            var reads = some.Select(item => (item.Question.Slice.Number, item.Page)).ToArray();
            bool isThere = await ReadAsync(reads, pages => AskPages(some, pages), cancellation);
            if (!isThere)
                return false;
        }
        return true;
    }

    private static void AskPages((Question Question, SlicePage Page)[] items, ReadOnlySpan<byte> pages)
    {
        for (int i = 0; i < items.Length; i++)
        {
            var question = items[i].Question;
            var page = pages.Slice(i * SlicePage.Bytes, SlicePage.Bytes);
            int ids = IdPage.Open(page, PageKind.Ids, question.Slice.Number, items[i].Page);
            int place = IdPage.Find(page, ids, question.Hash);
            if (place >= 0)
                question.Found = IdPage.Read(page, place, question.Slice.Begin);
        }
    }

    private async ValueTask<bool> ReadAsync(
        (SliceNumber Slice, SlicePage Page)[] wanted, PagesRead read, CancellationToken cancellation)
    {
        // A read that is cancelled may still write into its memory: such memory is not given back.
        byte[] pages = ArrayPool<byte>.Shared.Rent(wanted.Length * SlicePage.Bytes);
        var reads = new SliceRead[wanted.Length];
        for (int i = 0; i < wanted.Length; i++)
        {
            var into = pages.AsMemory(i * SlicePage.Bytes, SlicePage.Bytes);
            reads[i] = new SliceRead { Slice = wanted[i].Slice, Page = wanted[i].Page, Into = into };
        }
        bool isThere = await _store.ReadAsync(reads, cancellation);
        if (isThere)
            read(pages);
        _counts.PagesRead.Add(wanted.Length);
        ArrayPool<byte>.Shared.Return(pages);
        return isThere;
    }

    private delegate void PagesRead(ReadOnlySpan<byte> pages);

    private sealed class Question
    {
        public required int Claim { get; init; }

        public required IdHash Hash { get; init; }

        public required IdSlice Slice { get; init; }

        public List<SlicePage> Pages { get; } = [];

        public bool IsAnswered { get; set; }

        public KnownId? Found { get; set; }
    }
}
