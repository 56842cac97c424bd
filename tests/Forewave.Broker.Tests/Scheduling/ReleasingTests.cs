using System.Diagnostics.Metrics;
using Forewave.Broker.Scheduling;
using Forewave.Broker.Scheduling.Pending;
using Forewave.Broker.Scheduling.Recurring;
using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Forewave.Broker.Tests.Scheduling;

public sealed class ReleasingTests : IDisposable
{
    private readonly FakeStore _store = new();
    private readonly MovedTime _time = new();
    private readonly Meter _meter = new("test");

    [Fact]
    public async Task Bytes_of_a_deleted_queues_messages_are_given_up_when_they_are_due()
    {
        var parts = Parts();
        var due = Timestamp.From(_time.GetUtcNow()).Plus(TimeSpan.FromMinutes(1));
        var lane = parts.Pending.Lane(LaneNumber.Of(due, Timestamp.From(_time.GetUtcNow())));
        lane.End = 2;
        parts.Pending.TryAdd(new PendingPlace(lane, 1), new PendingMessage(7, due, new LogPosition(new Epoch(1), 5)));
        parts.Pending.Close(7);

        bool isMore = await new Releasing(parts).ReleaseSomeAsync(due, CancellationToken.None);
        parts.Expiry.Free(_store.Tail);

        Assert.False(isMore);
        Assert.Equal([(lane.Number.Value, new Offset(2))], _store.Expired);
    }

    public void Dispose() => _meter.Dispose();

    private SchedulerParts Parts()
    {
        var pending = new PendingMessages();
        var recurring = new RecurringMessages();
        return new SchedulerParts
        {
            Store = _store,
            Pending = pending,
            Recurring = recurring,
            Fold = new ScheduleFold(_store, pending, recurring),
            Expiry = new LaneExpiry(_store, pending),
            Intake = new CommitIntake(static type => type is RecordType.Scheduled or RecordType.Rescheduled),
            Metrics = new SchedulerMetrics(_meter, _time),
            LifeOf = static _ => 0,
            Time = _time,
            Logger = NullLogger.Instance,
        };
    }
}
