using Forewave.Broker.Deduplication;
using Forewave.Broker.Deduplication.Slices;
using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Forewave.Broker.Tests.Deduplication;

/// <summary>
/// What deduplication keeps on disk, byte by byte, as docs/state-format.md has it; the bytes were made by another program. Whoever
/// changes a layout raises its version, keeps reading the old one, and changes the page.
/// </summary>
public sealed class IdLayoutTests
{
    private const string Ids = "8e914b6101010200010000000000000008070605040302011817161514131211bc0a0000001000000900000005000000f8f7f6f5f4f3f2f1282726252423222101000000002000000a000000701101";
    private const string Fences = "5b5052da01020100010000000000000004030201";
    private const string Filter = "eafe332a01030800020000000000000000000000000000000000000000000000040000000000000000000000000000000008000100000000200000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001000000000000000000000000000000000000800000100000002";

    // Of a version before: 16 bits for each id.
    private const string FormerFilter = "6a27fe0f010304000200000000000000000000000000000000000000000000000400000000000000000000000000000000080001000000002000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001000000000000000000000000000000000000800000100000002";
    private const string PartOfNoneHeld = "01" + Part;
    private const string Part = "000102030405060708090a0b0c0d0e0f888ca97c9b010000888ca97c9b0100000200000000000000010000000000000001000000010000000000000002000000000000000200000008000000000000000854a87c9b010000010000000000000001000000000000000001c027090000000000020000007865a97c9b010000000000000200000038373635343332314847464544434241070000000030000009000000948aa97c9b0100005857565554535251686766656463626109000000003000000a000000248ca97c9b010000";
    private const string FormerPart = "01000102030405060708090a0b0c0d0e0f888ca97c9b010000888ca97c9b0100000200000000000000010000000000000001000000010000000000000002000000000000000200000004000000000000000854a87c9b010000010000000000000001000000000000000001c027090000000000020000007865a97c9b010000000000000200000038373635343332314847464544434241070000000030000009000000948aa97c9b0100005857565554535251686766656463626109000000003000000a000000248ca97c9b010000";

    // Two ids that a transaction holds.
    private const string Held = "020000007877767574737271888786858483828120000000003000000900000010000000003000009897969594939291a8a7a6a5a4a3a2a121000000003000000a0000001000000000300000";

    private readonly FakeStore _store = new();
    private readonly MovedTime _time = new();

    [Fact]
    public void Slice_has_the_layout_that_the_page_says()
    {
        WriteSlice(new IdTime(1_000));

        Assert.Equal(Ids, PageOf(1, 0));
        Assert.Equal(Fences, PageOf(1, 1));
        Assert.Equal(Filter, PageOf(2, 0));
    }

    [Theory]
    [InlineData(PartOfNoneHeld, Filter)]
    [InlineData(FormerPart, FormerFilter)]
    [InlineData("02" + Part + Held, Filter)]
    public void Part_is_read_and_written_as_the_page_says(string part, string filter)
    {
        WriteSlice(new IdTime(new DateTimeOffset(2026, 1, 2, 3, 2, 45, TimeSpan.Zero).ToUnixTimeMilliseconds()));
        _store.Slices.Delete(new SliceNumber(2));
        _store.Slices.Append(new SliceNumber(2), [.. Convert.FromHexString(filter), .. new byte[SlicePage.Bytes - (filter.Length / 2)]]);
        using var stage = new DeduplicationStage(
            _store, DeduplicationTerms.For(new BrokerOptions()), _time, _ => TimeSpan.FromMinutes(10), NullLogger.Instance);
        stage.Parts.Load(new StatePart(StateKind.Deduplication, 0, LogPosition.None, LogPosition.None), Convert.FromHexString(part));
        stage.Parts.Loaded();

        var writer = new FakeStateWriter();
        stage.Parts.Write(writer);

        Assert.Equal(4, stage.Count);
        Assert.Equal(part.EndsWith(Held, StringComparison.Ordinal) ? 2 : 0, stage.HeldCount);
        Assert.Equal(part, Convert.ToHexStringLower(Assert.Single(writer.Parts).State));
    }

    private void WriteSlice(IdTime begin)
    {
        var terms = new IdSliceTerms
        {
            Number = new SliceNumber(1), FilterNumber = new SliceNumber(2), MostIds = 3, Folds = 0, Begin = begin,
            Seals = new SealRange { First = 1, Last = 1 },
        };
        var writer = new IdSliceWriter(_store.Slices, terms);
        writer.Add(
            new KnownId
            {
                Hash = new IdHash { High = 0x0102030405060708, Low = 0x1112131415161718 },
                Position = LogPosition.FromBits(0x0000_1000_0000_0ABC), Queue = 9, Time = new IdTime(begin.Milliseconds + 5),
            },
            TimeSpan.FromMinutes(10));
        writer.Add(
            new KnownId
            {
                Hash = new IdHash { High = 0xF1F2F3F4F5F6F7F8, Low = 0x2122232425262728 },
                Position = LogPosition.FromBits(0x0000_2000_0000_0001), Queue = 10, Time = new IdTime(begin.Milliseconds + 70_000),
            },
            TimeSpan.FromMinutes(10));
        Assert.NotNull(writer.Complete());
    }

    /// <summary>A page without the zeros at its end.</summary>
    private string PageOf(ulong slice, int page)
    {
        byte[] bytes = new byte[SlicePage.Bytes];
        Assert.True(_store.Slices.Read(new SliceNumber(slice), new SlicePage(page), bytes));
        return Convert.ToHexStringLower(bytes.AsSpan().TrimEnd((byte)0));
    }
}
