using System.Text;
using Forewave.Broker.Delivery.Records;
using Forewave.Broker.Observability;
using Forewave.Broker.Scheduling;
using Forewave.Broker.Scheduling.Recurring;
using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Forewave.Broker.Tests.Scheduling;

/// <summary>
/// The scheduler's records and parts, byte by byte, as docs/state-format.md has them; the bytes were made by another program.
/// Whoever changes a layout raises its version, keeps reading the old one, and changes the page.
/// </summary>
public sealed class ScheduleLayoutTests
{
    private const string Cancelled = "010202000000bc0a00000010000003000000ff0f00000010000001000000";
    private const string RecurringChanged = "0100076e696768746c7909302033202a202a202a0d4575726f70652f4265726c696e0868e5cf8b010000030000000a0178";
    private const string Lanes = "0101000000ab7d07f102000000000000000500000000000000010000000700000020000000001000000100076e696768746c7909302033202a202a202a0d4575726f70652f4265726c696e0868e5cf8b010000030000000a0178";
    private const string Block = "01ab7d07f10000000000000000050000000300000002000000070000004a341f00200000000010000003000000070000004b341f00300000000010000004000000070000004c341f004000000000100000010000000300000090a0024901000000040000001100000000100000";

    [Fact]
    public void Cancelled_record_has_the_layout_that_the_page_says()
    {
        var writer = new RecordWriter();

        new CancelledRecord(
            CancelReason.Damaged,
            [new IdRun(LogPosition.FromBits(0x0000_1000_0000_0ABC), 3), new IdRun(LogPosition.FromBits(0x0000_1000_0000_0FFF), 1)]).Write(writer);

        Assert.Equal(Cancelled, Convert.ToHexStringLower(writer.Written.Span));
    }

    [Fact]
    public void Recurring_record_has_the_layout_that_the_page_says()
    {
        var writer = new RecordWriter();
        var message = new RecurringMessage
        {
            Queue = 7, Name = "nightly", Cron = "0 3 * * *", TimeZone = "Europe/Berlin", NextDue = new Timestamp(1_700_000_000_008),
            Message = Encoding.UTF8.GetBytes("\n\u0001x"),
        };

        new RecurringRecord(message, IsDeleted: false).Write(writer);

        Assert.Equal(RecurringChanged, Convert.ToHexStringLower(writer.Written.Span));
    }

    [Fact]
    public async Task Parts_are_read_and_written_as_the_page_says()
    {
        var store = new FakeStore();
        using var meters = new FakeMeters();
        using var scheduler = new Scheduler(store, new MovedTime(), new BrokerMetrics(meters), NullLogger.Instance, static _ => 0);
        var lanes = new StatePart(StateKind.Schedule, 0, LogPosition.None, LogPosition.None);
        ScheduleParts.Load(scheduler, lanes, Convert.FromHexString(Lanes));
        ScheduleParts.Load(scheduler, lanes with { Kind = StateKind.ScheduleBlock }, Convert.FromHexString(Block));

        var writer = new FakeStateWriter();
        await new ScheduleParts(scheduler, store).WriteAsync(writer, CancellationToken.None);

        Assert.Equal(3, scheduler.Pending.Count);
        Assert.Equal([Lanes, Block], writer.Parts.Select(part => Convert.ToHexStringLower(part.State)));
    }
}
