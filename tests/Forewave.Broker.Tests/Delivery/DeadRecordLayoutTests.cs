using Forewave.Broker.Delivery.DeadLetters;
using Forewave.Broker.Delivery.Records;
using Forewave.Storage;

namespace Forewave.Broker.Tests.Delivery;

/// <summary>
/// What is written about dead letters, byte by byte, as docs/state-format.md has it; the bytes were made by another program. Whoever
/// changes a layout raises its version, keeps reading the old one, and changes the page.
/// </summary>
public sealed class DeadRecordLayoutTests
{
    private const long Time = 1_700_000_000_000;

    // 56 places of a block of 64 that have no offset.
    private static readonly string NoOffsets = new('0', 56 * 16);

    private static readonly DeadOperation Begun = new()
    {
        Number = 8,
        Terms = new DeadOperationTerms
        {
            Action = DeadAction.Redrive, Group = "g", Begun = Time, Filter = "reason~später", ForGood = true, Rate = 12.5, Client = "alice",
            Address = "192.0.2.7:4711", Reason = "mended",
        },
    };

    [Theory]
    [InlineData("Redriven", "021400000000000000020000000300000000000000050000000000000009000000000000000a000000000000000700000000000000")]
    [InlineData("DeadPurged", "02010000000300000000000000050000000000000007000000000000000868e5cf8b010000")]
    [InlineData("DeadTakenBack", "0101000000030000000000000005000000000000000700000000000000")]
    [InlineData("DeadOperatedBegun", "01010101670068e5cf8b0100000e000000726561736f6e7e7370c3a474657202d430000000000000000000000000000005616c6963650e3139322e302e322e373a34373131066d656e646564010000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("DeadOperatedPage", "010209000000000000000c000000000000000100000003000000000000000500000000000000020000001f000000000000002000000000000000")]
    [InlineData("DeadOperatedEnded", "01030301670068e5cf8b01000000000000000000000000000000070000000000000005616c6963650e3139322e302e322e373a34373131000209000000000000000c0000000000000002000000000000000968e5cf8b010000")]
    public void Record_has_the_layout_that_the_page_says(string record, string bytes) =>
        Assert.Equal(bytes, Convert.ToHexStringLower(BytesOf(record)));

    [Fact]
    public void Operations_have_the_layout_that_the_page_says()
    {
        var operations = new DeadOperations();
        operations.Apply(8, new DeadOperatedRecord { Step = DeadStep.Begun, Operation = Begun });
        var writer = new RecordWriter();
        operations.Write(writer);

        Assert.Equal(
            "09000000000000000100000008000000000000000101670068e5cf8b0100000e000000726561736f6e7e7370c3a474657202d430000000000000000000000000000005616c6963650e3139322e302e322e373a34373131066d656e646564010000000000000000000000000000000000000000000000000000000000000000",
            Convert.ToHexStringLower(writer.Written.Span));
    }

    [Fact]
    public void Index_has_the_layout_that_the_page_says()
    {
        var writer = new RecordWriter();
        Index().Write(writer);

        Assert.Equal(
            "0100000000000000080000000000000001000000020000000000000003000000000000000100000014000000000000000700000000000000010000000300000000000000050000000000000001000000690000000000000005000000000000000100000000000000000000000000000000000000650000000000000000000000000000006700000000000000680000000000000069000000000000006a000000000000006b00000000000000" + NoOffsets
            + "0100000008000000000000000868e5cf8b0100000100000006000000000000000700000000000000",
            Convert.ToHexStringLower(writer.Written.Span));
    }

    [Fact]
    public void Index_of_the_version_before_operations_is_read()
    {
        byte[] bytes = Convert.FromHexString("010000000000000008000000000000000100000002000000000000000300000000000000010000001400000000000000010000000300000000000000050000000000000001000000690000000000000005000000000000000100000000000000000000000000000000000000650000000000000000000000000000006700000000000000680000000000000069000000000000006a000000000000006b00000000000000" + NoOffsets);
        var reader = new RecordReader(bytes);
        var index = new DeadLetterIndex(1);
        index.Read(ref reader, version: 7);

        Assert.Equal(0, reader.Remaining);
        Assert.Equal((3L, 2L, 0ul), (index.Count, index.RedriveCount, index.Redrives[0].Operation));
        Assert.Equal([1L, 6L], index.From(1).Select(range => range.First));
    }

    [Theory]
    [InlineData(RecordType.Redriven, "0114000000000000000100000003000000000000000500000000000000")]
    [InlineData(RecordType.DeadPurged, "010100000003000000000000000500000000000000")]
    public void Change_of_the_first_version_is_read(RecordType type, string bytes)
    {
        var change = DeadChangeRecord.Read(type, Convert.FromHexString(bytes));

        Assert.Equal((2L, 0ul, 0L), (change.Places.Count, change.Operation, change.Until));
    }

    private static DeadLetterIndex Index()
    {
        var index = new DeadLetterIndex(1);
        for (long offset = 101; offset < 108; offset++)
            index.Add(offset);
        index.Purge(PlaceRange.One(2));
        index.Redrive(new RedriveBatch(20, Three(), 7));
        index.Redrive(new RedriveBatch(20, Places.Of([PlaceRange.One(5)]), 9));
        index.HandOut(new RecordRun(105, 1, 1) { Place = 5 });
        index.Bin.Add(new BinnedBatch(8, Time + 8, Places.Of([PlaceRange.One(6)])));
        return index;
    }

    private static byte[] BytesOf(string record)
    {
        var writer = new RecordWriter();
        switch (record)
        {
            case "Redriven":
                var places = Places.Of([new PlaceRange { First = 3, End = 5 }, PlaceRange.One(9)]);
                new DeadChangeRecord { Type = RecordType.Redriven, Places = places, Operation = 7, AfterOffset = 20 }.Write(writer);
                break;
            case "DeadPurged":
                new DeadChangeRecord { Type = RecordType.DeadPurged, Places = Three(), Operation = 7, Until = Time + 8 }.Write(writer);
                break;
            case "DeadTakenBack":
                new DeadChangeRecord { Type = RecordType.DeadTakenBack, Places = Three(), Operation = 7 }.Write(writer);
                break;
            case "DeadOperatedBegun":
                new DeadOperatedRecord { Step = DeadStep.Begun, Operation = Begun }.Write(writer);
                break;
            case "DeadOperatedPage":
                var page = new DeadPageTaken { After = 9, Scanned = 12, Places = Three(), Offsets = [31, 32] };
                new DeadOperatedRecord { Step = DeadStep.Page, Page = page }.Write(writer);
                break;
            case "DeadOperatedEnded":
                var terms = Begun.Terms with { Action = DeadAction.Undo, Filter = "", ForGood = false, Rate = 0, Of = 7, Reason = "" };
                var ended = Begun with { Terms = terms, State = DeadOperationState.Done, After = 9, Scanned = 12, Messages = 2, Ended = Time + 9 };
                new DeadOperatedRecord { Step = DeadStep.Ended, Operation = ended }.Write(writer);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(record), record, "no such record");
        }
        return writer.Written.ToArray();
    }

    private static Places Three() => Places.Of([new PlaceRange { First = 3, End = 5 }]);
}
